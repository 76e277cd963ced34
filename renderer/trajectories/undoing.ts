/** What a person has put together goes on one press only with a way back. */
import { formatCount } from '../app/format.ts'
import { notify } from '../ui/notices.tsx'
import { selectByHand, trajectoriesStore } from './trajectories-store.ts'

export function clearSelection(): void {
  const { data, selection, rule } = trajectoriesStore.getState()
  selectByHand([])
  const back = () => {
    if (trajectoriesStore.getState().data === data) trajectoriesStore.setState({ selection, rule })
  }
  const one = selection.size === 1
  notify({
    message: `${formatCount(selection.size)} ${one ? 'episode is' : 'episodes are'} no longer selected.`,
    undo: { label: 'Undo', run: back },
  })
}
