/** What the tab Agents keeps: two drafts, one of a training and one of an unlearning, and what the lab says about each. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { AgentPlan, TrainDraft, UnlearnDraft } from '../../main/contract/calls/forgetting.ts'
import type { Failure } from '../app/bridge.ts'
import { selectRun } from '../app/feed.ts'
import { trajectoriesStore } from './trajectories-store.ts'

export type UnlearnPlan = CallOutput<'forgetting.planUnlearning'>

interface Planned<Draft, Plan> {
  /** All but what is chosen elsewhere: the set, the agent, the episodes. */
  readonly draft: Draft
  /** The last that was answered: it stays in sight while the next is asked for. */
  readonly plan: Plan | null
  /** Why the newest draft has no plan. */
  readonly trouble: Failure | null
}

export interface AgentsState {
  readonly form: 'train' | 'unlearn' | 'import'
  /** Grows whenever a form is asked for from elsewhere. */
  readonly asked: number
  readonly train: Planned<Omit<TrainDraft, 'data'>, AgentPlan>
  readonly unlearn: Planned<Omit<UnlearnDraft, 'agent' | 'forget'>, UnlearnPlan>
  /** What can be set of an unlearning, as a JSON schema. */
  readonly unlearnSchema: Readonly<Record<string, unknown>> | null
  readonly starting: boolean
}

const shared = { seed: 1, preset: 'desk', set: {}, device: 'auto' } as const

/** As the forms stand at first, and after a reset. */
export const firstTrain: AgentsState['train']['draft'] = { algorithm: 'td3-bc', ...shared }
export const firstUnlearn: AgentsState['unlearn']['draft'] = { method: 'trajdeleter', ...shared }

export const agentsStore = createStore<AgentsState>(() => ({
  form: 'train',
  asked: 0,
  train: { draft: firstTrain, plan: null, trouble: null },
  unlearn: { draft: firstUnlearn, plan: null, trouble: null },
  unlearnSchema: null,
  starting: false,
}))

export function useAgents<Value>(select: (state: AgentsState) => Value): Value {
  return useStore(agentsStore, select)
}

export const showForm = (form: AgentsState['form']): void => agentsStore.setState({ form })

export const changeTrain = (change: Partial<AgentsState['train']['draft']>): void =>
  agentsStore.setState(({ train }) => ({ train: { ...train, draft: { ...train.draft, ...change } } }))
export const changeUnlearn = (change: Partial<AgentsState['unlearn']['draft']>): void =>
  agentsStore.setState(({ unlearn }) => ({ unlearn: { ...unlearn, draft: { ...unlearn.draft, ...change } } }))

/** One field; a value equal to the preset's is no difference and is not kept. */
export function withField(
  set: Readonly<Record<string, unknown>>,
  preset: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const { [name]: _before, ...others } = set
  return preset[name] === value ? others : { ...set, [name]: value }
}

// ---- where one is -------------------------------------------------------------------------------------------------

export function showRun(run: string): void {
  trajectoriesStore.setState({ tab: 'agents', run })
  void selectRun(run)
}

/** Chosen, and shown where the tab Agents is in sight; the other tabs only take it. */
export function showAgent(agent: string): void {
  const { tab } = trajectoriesStore.getState()
  trajectoriesStore.setState({ agent })
  if (tab !== 'agents') return
  trajectoriesStore.setState({ run: agent })
  void selectRun(agent)
}

export const showAgents = (): void => trajectoriesStore.setState({ tab: 'agents', run: null })

function askForm(form: AgentsState['form']): void {
  showAgents()
  agentsStore.setState(({ asked }) => ({ form, asked: asked + 1 }))
}

export const showUnlearning = (): void => askForm('unlearn')
export const showImport = (): void => askForm('import')
export const showTraining = (): void => askForm('train')
