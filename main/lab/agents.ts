/** The window's side of Forgetting: the algorithms as one sets them, plans answered while settings move, and the agents there are. */
import { z } from 'zod'
import type { HandlersOf } from '../contract/calls.ts'
import type { Agent, AgentPlan, AlgorithmFacts, forgettingCalls, ReturnFigures } from '../contract/calls/forgetting.ts'
import { toErrorRecord } from '../contract/errors.ts'
import type { Estimate } from '../contract/estimate.ts'
import type { RunRecord } from '../contract/run.ts'
import { listRuns, readConfig, readRecord } from '../runs/folder.ts'
import { algorithms, type AnyAlgorithm } from '../trajectories/algorithms/algorithms.ts'
import { listTrajectorySets, readTrajectorySet } from '../trajectories/data/store.ts'
import { estimateJob, type EstimateConfig } from '../trajectories/estimates/job.ts'
import { importAgentJob, type ImportAgentConfig } from '../trajectories/foreign/import-agent.ts'
import { heldOut, trainingEpisodes } from '../trajectories/job.ts'
import { trainConfig, trainConfigSchema, trainJob, trainPresets, type TrainConfig } from '../trajectories/train.ts'
import type { ForgetPool } from '../trajectories/unlearning/forget-set.ts'
import { unlearnConfigSchema, unlearnJob, type UnlearnConfig } from '../trajectories/unlearning/unlearn.ts'
import type { LabContext } from './context.ts'
import type { estimatesPart } from './estimates.ts'
import { memoryLimit, requireMemory, type ForgettingPart } from './forgetting.ts'
import type { Planned } from './queue.ts'

export type AgentsPart = ReturnType<typeof agentsPart>

export function agentsPart(
  { project, start }: LabContext,
  forgetting: ForgettingPart & ReturnType<typeof estimatesPart>,
) {
  /** Which episodes an agent was trained on, so that some of them can be chosen. */
  const poolOf = async (run: string): Promise<ForgetPool> => {
    const header = await forgetting.agentHeaderOf(run)
    const data = await forgetting.dataOf(header)
    return { all: data.episodes, trained: trainingEpisodes(data, header.share, header.without), share: header.share }
  }

  const handlers: HandlersOf<typeof forgettingCalls> = {
    'forgetting.algorithms': async () => algorithms.map(factsOf),
    'forgetting.agents': () => listAgents(project),
    'forgetting.unlearning': async () => ({ configSchema: unlearningSchema }),
    'forgetting.planTraining': async (request) => {
      const { steps } = request.set
      const dataset = await readTrajectorySet(project, request.data)
      const preset = trainConfig({ ...request, set: steps === undefined ? {} : { steps } }, dataset)
      return answerOf(await forgetting.draftTraining(request), { ...pick(preset), ...preset.parameters })
    },
    'forgetting.train': async ({ device, ...request }) => {
      const { run } = await forgetting.createTraining(request, device)
      start(run)
      return { run }
    },
    'forgetting.planUnlearning': async (request) => {
      const planned = await forgetting.draftUnlearning(request)
      const preset = (await forgetting.draftUnlearning({ ...request, set: {} })).config as Record<string, unknown>
      const { forget, steps } = planned.config as UnlearnConfig
      const { steps: trained } = await forgetting.agentHeaderOf(request.agent)
      const pool = await poolOf(request.agent)
      return {
        ...answerOf(planned, preset),
        ...{ trained, updates: steps, forgotten: forget.length, remaining: pool.trained.length - forget.length },
        neverSeen: pool.all.length - pool.trained.length,
      }
    },
    'forgetting.unlearn': async ({ device, ...request }) => {
      const { run } = await forgetting.createUnlearning(request, device)
      start(run)
      return { run }
    },
    'forgetting.estimate': async (request) => {
      const { run } = await forgetting.createEstimate(request)
      start(run)
      return { run }
    },
  }
  return { handlers, poolOf }
}

export function answerOf(planned: Planned, preset: Record<string, unknown>): AgentPlan {
  const { title, plan, config } = planned
  const answer = { title, plan, config: config as Record<string, unknown>, preset, memoryLimit: memoryLimit() }
  try {
    requireMemory(title, plan)
    return { ...answer, obstacle: null }
  } catch (error) {
    const { code, message, hint } = toErrorRecord(error)
    return { ...answer, obstacle: { code, message, hint } }
  }
}

/** Fields of the training that every algorithm has, before its own. */
const sharedFields = ['steps', 'share', 'evaluations', 'episodes', 'estimateSteps', 'estimateMembers'] as const

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }).properties ?? {}

/** Of an unlearning: all but what names the agent and the episodes, and what has a control of its own. */
const unlearnFields = [
  ...(['steps', 'forgettingShare', 'alternations', 'balance', 'convergenceWeight', 'episodes'] as const),
  ...(['estimateSteps', 'estimateMembers'] as const),
] as const
const unlearningSchema = {
  type: 'object',
  properties: Object.fromEntries(unlearnFields.map((name) => [name, schemaOf(unlearnConfigSchema)[name]])),
}

function factsOf(algorithm: AnyAlgorithm): AlgorithmFacts {
  const shared = schemaOf(trainConfigSchema)
  const presets = trainPresets.map((preset) => {
    const config = trainConfig({ algorithm: algorithm.id, data: 'any', preset })
    return [preset, { ...pick(config), ...config.parameters }] as const
  })
  // What no preset sets belongs to agents made elsewhere, such as their decoder.
  const set = (name: string): boolean => name in presets[0]![1]
  return {
    ...{ id: algorithm.id, title: algorithm.title, paper: algorithm.paper },
    hasValues: algorithm.id !== 'bc',
    presets: Object.fromEntries(presets) as AlgorithmFacts['presets'],
    configSchema: {
      type: 'object',
      properties: {
        ...Object.fromEntries(sharedFields.map((name) => [name, shared[name]])),
        ...Object.fromEntries(Object.entries(schemaOf(algorithm.config)).filter(([name]) => set(name))),
      },
    },
  }
}
const pick = (config: TrainConfig) =>
  Object.fromEntries(sharedFields.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]])))

/** Agents of finished runs, newest first. Chains of forgetting are followed back to the training. */
async function listAgents(project: string): Promise<Agent[]> {
  const agents = new Map<string, Agent>()
  // Run ids begin with the time they were made: an original comes before what forgot.
  for (const paths of [...(await listRuns(project))].sort((a, b) => a.id.localeCompare(b.id))) {
    const record = await readRecord(paths).catch(() => null)
    if (record?.state !== 'succeeded') continue
    const config = await readConfig(paths).catch(() => null)
    const agent = config === null ? null : agentOf(record, config, agents)
    if (agent) agents.set(agent.run, agent)
    if (config && record.kind === estimateJob.kind) addEstimate(record, config as EstimateConfig, agents)
  }
  const sets = new Map((await listTrajectorySets(project)).map((set) => [set.id, set]))
  const withCount = (agent: Agent): Agent => {
    const set = sets.get(agent.data)
    // A set that was made later only has the name.
    const same = set !== undefined && set.created <= agent.created
    return { ...agent, learntFrom: same ? set.episodes - heldOut(set.episodes, agent.share) : null }
  }
  return [...agents.values()].map(withCount).sort((a, b) => b.created.localeCompare(a.created))
}

interface Outcome {
  readonly evaluation?: ReturnFigures | null
  readonly estimate?: Estimate
  readonly after?: { readonly evaluation: ReturnFigures | null; readonly estimate?: Estimate }
}

/** One on the episodes of another set is none of the agent's. */
function addEstimate(record: RunRecord, { agent: run, data }: EstimateConfig, agents: Map<string, Agent>): void {
  const agent = agents.get(run)
  const { estimate = null } = (record.outcome ?? {}) as Outcome
  if (agent?.data === data && estimate) agents.set(run, { ...agent, estimate })
}

function agentOf(record: RunRecord, config: unknown, known: ReadonlyMap<string, Agent>): Agent | null {
  const kinds: readonly string[] = [trainJob.kind, unlearnJob.kind, importAgentJob.kind]
  if (!kinds.includes(record.kind)) return null
  const { after, ...own } = (record.outcome ?? {}) as Outcome
  const { evaluation = null, estimate = null } = after ?? own
  const retired = record.retired !== undefined
  const measured = { evaluation, estimate }
  const { id: run, title, created } = record
  const common = { run, title, created, retired, learntFrom: null, source: null, ...measured }
  if (record.kind === trainJob.kind) {
    const { algorithm, data, steps, preset, share, without } = config as TrainConfig
    const facts = { algorithm, data, steps, preset, share, without }
    return { ...common, ...facts, original: null, method: null, forgotten: [] }
  }
  if (record.kind === importAgentJob.kind) {
    const { algorithm, data, steps, share, without, source } = config as ImportAgentConfig
    const facts = { algorithm, data, steps, preset: null, share, without, source }
    return { ...common, ...facts, original: null, method: null, forgotten: [] }
  }
  const { agent: original, algorithm, data, steps, forget, method } = config as UnlearnConfig
  const before = known.get(original)
  return {
    ...{ ...common, algorithm, data, original, method, preset: null },
    steps: method === 'retrain' ? steps : steps + (before?.steps ?? 0),
    share: before?.share ?? 1,
    without: [...new Set([...(before?.without ?? []), ...forget])].sort((a, b) => a - b),
    forgotten: [...forget],
  }
}
