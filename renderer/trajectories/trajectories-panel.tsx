/** The episodes of the chosen set: found, compared, chosen. */
import { formatCount, formatFigure } from '../app/format.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { DataTable, type Column } from '../ui/table.tsx'
import { endWords, type Episodes } from './episodes.ts'
import { showEpisode, useTrajectories } from './trajectories-store.ts'

const columnsOf = (episodes: Episodes): Column<number>[] => {
  const { ids, lengths, returns, tags, ends } = episodes
  const by = (values: readonly number[]) => (a: number, b: number) => values[a]! - values[b]!
  return [
    { id: 'id', head: 'Episode', align: 'right', width: '84px', cell: (row) => ids[row], sort: by(ids) },
    { id: 'length', head: 'Steps', align: 'right', cell: (row) => formatCount(lengths[row]!), sort: by(lengths) },
    { id: 'return', head: 'Return', align: 'right', cell: (row) => formatFigure(returns[row]!), sort: by(returns) },
    { id: 'tags', head: 'Tags', cell: (row) => tags[row] },
    { id: 'end', head: 'End', cell: (row) => endWords(ends[row]) },
  ]
}

export function TrajectoriesPanel() {
  const episodes = useTrajectories((state) => state.episodes)
  const none = useTrajectories((state) => state.sets?.length === 0)
  const shown = useTrajectories((state) => state.episode)
  if (none)
    return (
      <EmptyState
        icon="forgetting"
        title="Make a trained agent forget"
        lead="An agent learns from recorded episodes. Bring such a record, train an agent on it, choose the episodes it is to forget, and see how far it did."
      />
    )
  if (!episodes) return null
  return (
    <DataTable
      label="Episodes"
      height="100%"
      columns={columnsOf(episodes)}
      rows={episodes.ids.map((_, row) => row)}
      rowKey={(row) => String(episodes.ids[row])}
      selected={shown === null ? null : String(shown)}
      onSelect={(row) => showEpisode(episodes.ids[row]!)}
    />
  )
}
