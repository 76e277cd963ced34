/** The shown episodes, sorted and gone through by key: arrows look at one, Space selects it, Enter opens it. */
import { useMemo } from 'react'
import { formatCount, formatFigure } from '../app/format.ts'
import { Tag } from '../ui/controls.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { endWords, points, type Episodes } from './episodes.ts'
import { openEpisode, setQuery, showEpisode, toggleSelected, useTrajectories } from './trajectories-store.ts'

const width = 100
const height = 22

/** The lowest and highest mean of the set, so that the rows can be compared. */
function rewardRange(rewards: Float32Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (const value of rewards) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high }
}

function RewardLine({ values, low, high }: { values: Float32Array; low: number; high: number }) {
  const line = Array.from(values, (value, index) => {
    const x = (index / (points - 1)) * (width - 2) + 1
    const y = height - 2 - ((value - low) / (high - low || 1)) * (height - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg className="reward-line" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline vectorEffect="non-scaling-stroke" points={line.join(' ')} />
    </svg>
  )
}

function Mark({ id }: { readonly id: number }) {
  const selected = useTrajectories((state) => state.selection.has(id))
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      className="episode-mark"
      aria-label={`Select episode ${id}`}
      checked={selected}
      onClick={(event) => event.stopPropagation()}
      onChange={() => toggleSelected(id)}
    />
  )
}

function columnsOf(episodes: Episodes): Column<number>[] {
  const { ids, lengths, returns, tags, ends, rewards } = episodes
  const by = (values: readonly number[]) => (a: number, b: number) => values[a]! - values[b]!
  const words = (of: (place: number) => string) => (a: number, b: number) => of(a).localeCompare(of(b))
  const range = rewards && rewardRange(rewards)
  const tagColumn: Column<number> = {
    ...{ id: 'tags', head: 'Tags', width: '88px', sort: words((row) => tags[row]!) },
    cell: (row) => tags[row] && <Tag>{tags[row]}</Tag>,
  }
  return [
    {
      id: 'mark',
      head: <span className="unseen">Selected</span>,
      width: '34px',
      cell: (row) => <Mark id={ids[row]!} />,
    },
    { id: 'id', head: 'No.', align: 'right', width: '66px', cell: (row) => ids[row], sort: by(ids) },
    {
      ...{ id: 'length', head: 'Steps', align: 'right', width: '80px', sort: by(lengths) },
      cell: (row) => formatCount(lengths[row]!),
    },
    {
      ...{ id: 'return', head: 'Return', align: 'right', width: '88px', sort: by(returns) },
      cell: (row) => formatFigure(returns[row]!),
    },
    ...(tags.some((tag) => tag !== '') ? [tagColumn] : []),
    {
      ...{ id: 'end', head: 'End', width: '104px', sort: words((row) => ends[row]!) },
      cell: (row) => endWords(ends[row]),
    },
    {
      ...{ id: 'rewards', head: 'Rewards' },
      cell: (row) =>
        rewards && range && <RewardLine values={rewards.subarray(row * points, (row + 1) * points)} {...range} />,
    },
  ]
}

export function EpisodeTable({ episodes, places }: { episodes: Episodes; places: readonly number[] }) {
  const shown = useTrajectories((state) => state.episode)
  const only = useTrajectories((state) => state.only !== null)
  const columns = useMemo(() => columnsOf(episodes), [episodes])
  return (
    <DataTable
      label="Episodes"
      height="100%"
      columns={columns}
      rows={places}
      rowKey={(row) => String(episodes.ids[row])}
      selected={shown === null ? null : String(shown)}
      onSelect={(row) => showEpisode(episodes.ids[row]!)}
      onMark={(row) => toggleSelected(episodes.ids[row]!)}
      onOpen={(row) => openEpisode(episodes.ids[row]!)}
      empty={
        <>
          {only ? 'No selected episode is like this.' : 'No episode is like this.'}{' '}
          <button type="button" className="link" onClick={() => setQuery('')}>
            Clear the filter
          </button>
        </>
      }
    />
  )
}
