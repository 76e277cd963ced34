/** What a person has put together goes on one press only with a way back. */
import { formatCount } from '../app/format.ts'
import { notify } from '../ui/notices.tsx'
import { trajectoriesStore, type TrajectoriesState } from './trajectories-store.ts'

export const clearSelection = (): void => replaceSelection([])

/** Others in place of those that are selected; what goes by this can come back. Without a rule they were chosen by hand. */
export function replaceSelection(ids: Iterable<number>, by: TrajectoriesState['rule'] = null): void {
  const { data, selection, rule, only } = trajectoriesStore.getState()
  const kept = new Set(ids)
  trajectoriesStore.setState({ selection: kept, rule: by, only: only && kept.size > 0 ? kept : null })
  const lost = [...selection].filter((id) => !kept.has(id)).length
  if (lost === 0) return
  const back = () => {
    if (trajectoriesStore.getState().data === data) trajectoriesStore.setState({ selection, rule })
  }
  notify({
    message: `${formatCount(lost)} ${lost === 1 ? 'episode is' : 'episodes are'} no longer selected.`,
    undo: { label: 'Undo', run: back },
  })
}
