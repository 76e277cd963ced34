/** Right, below the selection: the episode that is looked at, in short. */
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { formatCount, formatDuration, formatFigure } from '../app/format.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { Button, Copyable } from '../ui/controls.tsx'
import { Facts } from '../ui/facts.tsx'
import { useEpisode, type EpisodeData } from './episode-data.ts'
import { openEpisode, toggleSelected, useTrajectories } from './trajectories-store.ts'

const endWords = {
  terminal: 'in a terminal state',
  timeout: 'at the time limit',
  cut: 'where the record stops',
} as const

export function EpisodeList({ found }: { readonly found: EpisodeData }) {
  const { episode, dt } = found
  const rows: [string, string][] = [
    ['Return', formatFigure(episode.return)],
    ['Length', `${formatCount(episode.length)} steps${dt === null ? '' : `, ${formatDuration(dt * episode.length)}`}`],
    ['Ends', endWords[episode.end]],
    ['Tags', episode.tags.join(', ') || 'none'],
    ...(episode.seed === null ? [] : [['Seed', String(episode.seed)] as [string, string]]),
  ]
  return (
    <>
      <Facts className="trajectories-facts" rows={rows} />
      <p className="trajectories-hash">
        <span>SHA-256, just checked</span>
        <Copyable text={episode.sha256} label="Copy the hash of the episode" />
      </p>
    </>
  )
}

export function EpisodeFacts({ set, id }: { readonly set: TrajectorySet; readonly id: number }) {
  const { found, failure, again } = useEpisode(set.id, id)
  const selected = useTrajectories((state) => state.selection.has(id))
  return (
    <section className="trajectories-part episode-facts" aria-label={`Episode ${id}`}>
      <header>
        <h2>Episode {id}</h2>
        <Button look="bare" onClick={() => toggleSelected(id)}>
          {selected ? 'Deselect' : 'Select'}
        </Button>
        <Button onClick={() => openEpisode(id)}>Open</Button>
      </header>
      {failure && (
        <>
          <p className="trajectories-trouble" role="alert">
            {failure.message} {failure.hint}
          </p>
          <Button onClick={again}>Try again</Button>
        </>
      )}
      {found && (
        <>
          <EpisodeList found={found} />
          <LineChart
            label={`Rewards of episode ${id}`}
            xLabel="step"
            yLabel="Reward"
            height={130}
            series={[{ id: 'reward', name: 'reward', ...steps(found.rewards) }]}
          />
        </>
      )}
    </section>
  )
}

export function steps(values: Float32Array | readonly number[]): { steps: number[]; values: number[] } {
  return { steps: Array.from(values, (_, step) => step), values: [...values] }
}
