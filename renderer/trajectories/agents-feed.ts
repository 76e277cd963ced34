/** Between the lab and the tab Agents: plans while settings move, and the start of what was planned. */
import type { TrainDraft, UnlearnDraft } from '../../main/contract/calls/forgetting.ts'
import { ask } from '../app/bridge.ts'
import { showFailure } from '../app/store.ts'
import { agentsStore, showRun } from './agents-store.ts'
import { createPlans } from './plans.ts'
import { trajectoriesStore, usableAgent } from './trajectories-store.ts'

const trainPlans = createPlans('forgetting.planTraining', (answer) =>
  agentsStore.setState(({ train }) => ({ train: { ...train, ...answer } })),
)
const unlearnPlans = createPlans('forgetting.planUnlearning', (answer) =>
  agentsStore.setState(({ unlearn }) => ({ unlearn: { ...unlearn, ...answer } })),
)

function trainDraft(): TrainDraft | null {
  const { data } = trajectoriesStore.getState()
  return data === null ? null : { ...agentsStore.getState().train.draft, data }
}

/** The episodes to forget in words: those of the rule, where it means the same ones for this agent whatever the seed. */
function forgetWords(): string {
  const { rule, agent, selection } = trajectoriesStore.getState()
  if (rule && rule.agent === agent && /^(tail|highest|lowest):/.test(rule.words)) return rule.words
  return `ids:${[...selection].sort((a, b) => a - b).join(',')}`
}

function unlearnDraft(): UnlearnDraft | null {
  const agent = usableAgent(trajectoriesStore.getState())
  if (!agent || trajectoriesStore.getState().selection.size === 0) return null
  return { ...agentsStore.getState().unlearn.draft, agent: agent.run, forget: forgetWords() }
}

function askPlans(): void {
  const { form } = agentsStore.getState()
  const train = form === 'train' ? trainDraft() : null
  const unlearn = form === 'unlearn' ? unlearnDraft() : null
  if (train) trainPlans.ask(train)
  if (unlearn) unlearnPlans.ask(unlearn)
}

async function loadSchema(): Promise<void> {
  if (agentsStore.getState().unlearnSchema) return
  const found = await ask('forgetting.unlearning', {}, showFailure)
  if (found) agentsStore.setState({ unlearnSchema: found.configSchema })
}

/** While the tab is shown. Returns what stops it. */
export function followPlans(): () => void {
  void loadSchema()
  askPlans()
  const stops = [
    agentsStore.subscribe((state, before) => {
      const same =
        state.form === before.form &&
        state.train.draft === before.train.draft &&
        state.unlearn.draft === before.unlearn.draft
      if (!same) askPlans()
    }),
    trajectoriesStore.subscribe((state, before) => {
      const { data, agent, selection } = state
      if (data !== before.data || agent !== before.agent || selection !== before.selection) askPlans()
    }),
  ]
  return () => stops.forEach((stop) => stop())
}

/** Shows the run that estimates what an agent returns. */
export async function estimateReturn(agent: string): Promise<void> {
  agentsStore.setState({ starting: true })
  const made = await ask('forgetting.estimate', { agent }, showFailure)
  agentsStore.setState({ starting: false })
  if (made) showRun(made.run)
}

export async function start(): Promise<void> {
  const { form } = agentsStore.getState()
  const train = form === 'train' ? trainDraft() : null
  const unlearn = form === 'unlearn' ? unlearnDraft() : null
  agentsStore.setState({ starting: true })
  const made =
    (train && (await ask('forgetting.train', train, showFailure))) ??
    (unlearn && (await ask('forgetting.unlearn', unlearn, showFailure)))
  agentsStore.setState({ starting: false })
  if (made) showRun(made.run)
}
