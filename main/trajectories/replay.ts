/**
 * The job "replay episodes": recorded episodes in motion, and what agents do from the same starts, with the values that they see. One
 * simulated step from each recorded state says whether the physics are those of the record.
 */
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import type { JobEvent, Outcome } from '../contract/job.ts'
import {
  mostReplayAgents,
  mostReplayEpisodes,
  replayFile,
  replayIndexSchema,
  type ReplayEpisode,
  type ReplayIndex,
} from '../contract/replay.ts'
import type { Episode, TrajectorySet } from '../contract/trajectories.ts'
import { parseWith } from '../files/atomic.ts'
import { loadBackend } from '../tensor/backend.ts'
import { agentFile, openAgent } from './algorithms/agent-file.ts'
import { makeEnvironment, taskOf } from './environments/environment.ts'
import { otherPhysics } from './environments/fidelity.ts'
import type { TrajectoryContext, TrajectoryJob } from './job.ts'
import {
  playFrom,
  readRecord,
  replayPhases,
  showRecord,
  type Played,
  type RecordedEpisode,
  type Stage,
} from './replay-tracks.ts'

export const replayConfigSchema = z.strictObject({
  data: z.string().describe('id of the data set'),
  episodes: z.array(z.number().int().nonnegative()).min(1).max(mostReplayEpisodes).describe('ids of its episodes'),
  agents: z.array(z.string()).max(mostReplayAgents).default([]).describe('runs whose agents play from the same starts'),
  seed: z.number().int().nonnegative().default(1).describe('of policies that draw'),
})
export type ReplayConfig = z.infer<typeof replayConfigSchema>

/** Errors: `config-invalid` where nothing can be simulated. */
export function replayStage({ name, environment }: Pick<TrajectorySet, 'name' | 'environment'>): Stage {
  if (environment.task !== null) return { task: taskOf(environment.task), variant: environment.variant ?? 'v4' }
  throw new LetheError(
    'config-invalid',
    `${name} has no simulated task, so there is nothing to set in motion.`,
    'Look at its states and actions as lines.',
  )
}

/** Errors: `config-invalid` naming an episode that is not there, or what is named twice. */
export function chosenEpisodes(
  { episodes, agents }: Pick<ReplayConfig, 'episodes' | 'agents'>,
  data: { readonly set: Pick<TrajectorySet, 'id'>; readonly episodes: readonly Episode[] },
): Episode[] {
  const twice = [...episodes, ...agents].find((one, index, all) => all.indexOf(one) !== index)
  if (twice !== undefined) throw new LetheError('config-invalid', `${twice} is named twice.`, 'Name each once.')
  const known = new Map(data.episodes.map((episode) => [episode.id, episode]))
  return episodes.map((id) => {
    const episode = known.get(id)
    if (episode) return episode
    throw new LetheError('config-invalid', `${data.set.id} has no episode ${id}.`, 'Choose one of its ids.')
  })
}

/** What is done, as the checkpoint keeps it: a unit is one recorded episode, or one agent on all of them. */
interface Place {
  readonly episodes: ReplayEpisode[]
  readonly agents: ReplayIndex['agents']
}
const placeSchema = replayIndexSchema.pick({ episodes: true, agents: true })

async function* run(context: TrajectoryContext, config: ReplayConfig): AsyncGenerator<JobEvent, Outcome> {
  const { trajectories, checkpoint } = context
  const stage = replayStage(trajectories.set)
  const records: RecordedEpisode[] = []
  for (const episode of chosenEpisodes(config, trajectories))
    records.push(await readRecord(trajectories, stage.task, episode))
  const place: Place = checkpoint
    ? parseWith(placeSchema, checkpoint.state, 'checkpoint')
    : { episodes: [], agents: [] }
  const done = (): JobEvent => ({
    kind: 'checkpoint',
    checkpoint: { step: place.episodes.length + place.agents.length, state: { ...place }, parts: {} },
  })

  for (const record of records.slice(place.episodes.length)) {
    const progress = (): JobEvent => ({
      ...{ kind: 'progress', phase: replayPhases.recorded },
      ...{ step: place.episodes.length, totalSteps: records.length },
    })
    place.episodes.push(yield* showRecord(stage, record, progress()))
    yield progress()
    yield done()
  }
  for (const agent of config.agents.slice(place.agents.length)) {
    const { facts, played } = yield* playAgent(context, stage, agent, place.agents.length, records)
    place.agents.push(facts)
    played.forEach((track, i) => place.episodes[i]!.played.push(track))
    yield done()
  }

  const index = await indexOf(trajectories.set, stage, place)
  yield { kind: 'artifact', name: replayFile, bytes: new TextEncoder().encode(JSON.stringify(index, null, 2)) }
  return {
    states: place.episodes.map(({ states }) => states),
    episodes: place.episodes.map(({ id, recorded, played }) => ({
      ...{ id, recorded: recorded.return, played: played.map((track) => track.return) },
    })),
    agents: config.agents,
    fidelity: place.episodes.map(({ fidelity }) => fidelity[0] ?? null),
  }
}

async function* playAgent(
  context: TrajectoryContext,
  stage: Stage,
  run: string,
  place: number,
  records: readonly RecordedEpisode[],
): AsyncGenerator<JobEvent, { facts: ReplayIndex['agents'][number]; played: Played[] }> {
  const bytes = await context.artifactOf(run, agentFile)
  if (!bytes) throw new LetheError('run-state', `Run ${run} has left no agent.`, 'Choose one that ended well.')
  await loadBackend()
  const { agent, header } = openAgent(bytes, `agent of run ${run}`)
  try {
    requireSameTask(stage, run, header)
    // The same draws for every agent: what differs is the policy.
    const played = yield* playFrom(stage, agent, `agent-${place + 1}`, records, context.stream('play'))
    const { algorithm, steps: updates, without } = header
    return { facts: { run, algorithm, updates, without, scaledRewards: agent.algorithm.scalesRewards }, played }
  } finally {
    agent.close()
  }
}

/** Errors: `config-invalid` for an agent of another task. */
function requireSameTask(
  { task }: Stage,
  run: string,
  found: { readonly observations: number; readonly actions: number },
) {
  if (found.observations === task.observation.length && found.actions === task.actions.length) return
  throw new LetheError(
    'config-invalid',
    `The agent of run ${run} takes ${found.observations} observations and gives ${found.actions} actions; ${task.id} has ${task.observation.length} and ${task.actions.length}.`,
    'Choose an agent of the same task.',
  )
}

async function indexOf(set: TrajectorySet, { task, variant }: Stage, place: Place): Promise<ReplayIndex> {
  const environment = await makeEnvironment(task.id, { variant })
  const capsules = [...environment.capsules]
  environment.close()
  return {
    schema: 'lethe.replay/1',
    data: { id: set.id, name: set.name, contentHash: set.contentHash },
    ...{ task: task.id, variant, dt: task.dt, capsules, ...place },
  }
}

export const replayJob: TrajectoryJob<ReplayConfig> = {
  kind: 'trajectories.replay',
  subject: 'trajectories',
  config: replayConfigSchema,
  title: ({ episodes }, { dataset }) =>
    `Replay of ${episodes.length === 1 ? 'episode' : 'episodes'} ${episodes.join(', ')} of ${dataset.name}`,
  data: (config) => config.data,
  seed: (config) => config.seed,
  mode: () => 'research',
  plan(config, { dataset }) {
    const { task, variant } = replayStage(dataset)
    const count = config.episodes.length
    const physics = 1 + otherPhysics(task, variant).length
    return {
      steps: [
        { phase: replayPhases.recorded, steps: count, weight: (0.1 + 0.2 * physics) * count, note: '' },
        ...(config.agents.length > 0
          ? [
              {
                phase: replayPhases.played,
                steps: count * config.agents.length,
                weight: 3 * config.agents.length,
                note: '',
              },
            ]
          : []),
      ],
      memoryBytes: 4 * dataset.steps * (dataset.observationSize + dataset.actionSize) + 5e8,
      privacy: null,
      nonPrivateReads: [],
    }
  },
  run,
}
