/** Between the form and the lab: files chosen or dropped, read anew with every change, and brought in. */
import type { ForeignAgentDraft } from '../../../main/contract/calls/foreign-agents.ts'
import { ask } from '../../app/bridge.ts'
import { createLatest } from '../../app/latest.ts'
import { showFailure, showScreen, store } from '../../app/store.ts'
import { notify } from '../../ui/notices.tsx'
import { agentsStore, showImport, showRun } from '../agents-store.ts'
import { trajectoriesStore } from '../trajectories-store.ts'
import { kindOf, noFiles, withFiles, type AgentFile } from './agent-files.ts'
import { importAgentStore, nothingFound, nothingSaid } from './import-agent-store.ts'

// ---- files --------------------------------------------------------------------------------------------------------

function take(paths: readonly string[]): void {
  const { files: before, said } = importAgentStore.getState()
  const { files, strange } = withFiles(before, paths)
  const anew = files.weights !== before.weights || files.params !== before.params
  // Another agent has had other updates, and what was found is of the one before.
  importAgentStore.setState({ files, ...(anew && { said: { ...said, steps: null }, found: nothingFound }) })
  if (strange.length > 0)
    notify({
      message: `${strange.join(', ')} ${strange.length === 1 ? 'was' : 'were'} not taken.`,
      hint: 'One file of weights (.pt or .safetensors), one params.json and one NPZ of predictions make an agent.',
    })
}

export const removeFile = (kind: AgentFile): void =>
  importAgentStore.setState(({ files }) => ({ files: { ...files, [kind]: null } }))

export async function chooseFiles(): Promise<void> {
  const chosen = await ask('shell.chooseFiles', { title: 'Import an agent' }, showFailure)
  if (chosen && chosen.paths.length > 0) take(chosen.paths)
}

/** Whether the form is in sight, so that any file of an agent is meant for it. */
const inSight = (): boolean =>
  store.getState().screen === 'forgetting' &&
  trajectoriesStore.getState().tab === 'agents' &&
  agentsStore.getState().form === 'import'

/** Files that were dropped on the window, or chosen where data are: false where they are no agent's. */
export function takeAgentFiles(paths: readonly string[]): boolean {
  const kinds = paths.map(kindOf)
  const meant = kinds.includes('weights') || (inSight() && kinds.some((kind) => kind !== null))
  if (!meant) return false
  showScreen('forgetting')
  showImport()
  take(paths)
  return true
}

// ---- what they are ------------------------------------------------------------------------------------------------

const plans = createLatest(
  async (draft: ForeignAgentDraft) => {
    let trouble = nothingFound.trouble
    const found = await ask('foreignAgents.plan', draft, (failure) => (trouble = failure))
    return found ?? { ...nothingFound, trouble }
  },
  (found, _draft, outdated) => {
    if (!outdated) importAgentStore.setState({ found })
  },
)

function draftOf(): ForeignAgentDraft | null {
  const { data } = trajectoriesStore.getState()
  const { files, said } = importAgentStore.getState()
  return data === null ? null : { ...files, ...said, data }
}

function askPlan(): void {
  const draft = draftOf()
  if (draft && (draft.weights ?? draft.params) !== null) plans.ask(draft)
  else importAgentStore.setState({ found: nothingFound })
}

/** While the form is shown. Returns what stops it. */
export function followFiles(): () => void {
  askPlan()
  const stops = [
    importAgentStore.subscribe((state, before) => {
      if (state.files !== before.files || state.said !== before.said) askPlan()
    }),
    trajectoriesStore.subscribe((state, before) => state.data !== before.data && askPlan()),
  ]
  return () => stops.forEach((stop) => stop())
}

export async function importAgent(): Promise<void> {
  const draft = draftOf()
  if (!draft) return
  const { weights, params } = draft
  if (weights === null || params === null) return
  importAgentStore.setState({ starting: true })
  const made = await ask('foreignAgents.import', { ...draft, weights, params }, showFailure)
  importAgentStore.setState({ starting: false })
  if (!made) return
  importAgentStore.setState({ files: noFiles, said: nothingSaid, found: nothingFound })
  showRun(made.run)
}
