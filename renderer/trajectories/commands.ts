/** The commands of the workbench, from every screen. */
import { useCommands } from '../app/commands.ts'
import { showScreen } from '../app/store.ts'
import { chooseReport } from '../review/verify-report.tsx'
import { showImport, showTraining, showUnlearning } from './agents-store.ts'
import { trajectoriesStore, useTrajectories } from './trajectories-store.ts'

export function useForgettingCommands(): void {
  const none = useTrajectories((state) => state.sets?.length === 0)
  const agents = useTrajectories((state) => state.agents.some(({ retired }) => !retired))
  const go = (then: () => void) => () => {
    showScreen('forgetting')
    then()
  }
  const blocked = none ? 'There are no trajectories yet' : null
  useCommands([
    { id: 'forgetting.collect', run: go(() => trajectoriesStore.setState({ collecting: true })) },
    { id: 'forgetting.import', run: go(showImport), blocked },
    { id: 'forgetting.train', run: go(showTraining), blocked },
    {
      id: 'forgetting.unlearn',
      run: go(showUnlearning),
      blocked: blocked ?? (agents ? null : 'No agent can be made to forget yet'),
    },
    { id: 'forgetting.verify', run: () => void chooseReport() },
  ])
}
