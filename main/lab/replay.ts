/** Replays: found, started, and what of them the window fetches. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { HandlersOf } from '../contract/calls.ts'
import type { replayCalls } from '../contract/calls/replay.ts'
import { replayFile } from '../contract/replay.ts'
import type { Device } from '../contract/run.ts'
import { parseWith } from '../files/atomic.ts'
import { readConfig, requireOwnFiles, runPaths } from '../runs/folder.ts'
import { requireInUse } from '../runs/retire.ts'
import { openSummaries } from '../runs/summaries.ts'
import { openTrajectories, readTrajectorySet } from '../trajectories/data/store.ts'
import { chosenEpisodes, replayConfigSchema, replayJob, replayStage } from '../trajectories/replay.ts'
import type { LabContext, ResourceHandler } from './context.ts'
import { affordable, planOf } from './forgetting.ts'
import { queueRun, type Planned } from './queue.ts'

export interface ReplayRequest {
  readonly data: string
  readonly episodes: readonly number[]
  readonly agents: readonly string[]
  readonly seed?: number | undefined
}

export function replayPart(context: LabContext) {
  const { project, start } = context
  const summaries = openSummaries(project)

  /**
   * Errors: `config-invalid` naming an episode that is not there, or a set that cannot be simulated; `run-missing`; `run-state` for an agent
   * that was retired.
   */
  const planReplay = async (request: ReplayRequest): Promise<Planned> => {
    const config = parseWith(replayConfigSchema, request, 'replay', 'config-invalid')
    const data = await openTrajectories(project, config.data)
    replayStage(data.set)
    chosenEpisodes(config, data)
    for (const agent of config.agents) requireInUse(await summaries.one(agent))
    return affordable(planOf(replayJob, config, data.set))
  }

  const createReplay = async (request: ReplayRequest, device?: Device) =>
    queueRun(context, await planReplay(request), { device })

  const handlers: HandlersOf<typeof replayCalls> = {
    'replay.find': async ({ data, episode, agents }) => {
      const { created: since } = await readTrajectorySet(project, data)
      // What is older is of another set that had the name before.
      const runs = (await summaries.list()).filter(
        ({ kind, data: of, created }) => kind === replayJob.kind && of === data && created >= since,
      )
      for (const { id, state } of runs.reverse()) {
        if (state === 'failed' || state === 'cancelled') continue
        const config = replayConfigSchema.safeParse(await readConfig(runPaths(project, id)).catch(() => null))
        if (!config.success || !config.data.episodes.includes(episode)) continue
        if (config.data.agents.join(' ') === agents.join(' ')) return { run: id, state }
      }
      return null
    },
    'replay.start': async (request) => {
      const { run } = await createReplay(request)
      start(run)
      return { run }
    },
  }

  /** `app://lab/replays/RUN/FILE`: the index and the arrays of a replay that ended well. */
  const resource: ResourceHandler = async (place) => {
    const [, run = '', name = ''] = /^([\w-]+)\/([\w-]+\.npy|replay\.json)$/.exec(place) ?? []
    if (run === '') return null
    const paths = runPaths(project, run)
    if ((await summaries.one(run)).kind !== replayJob.kind) return null
    await requireOwnFiles(paths, [`artifacts/${name}`])
    const bytes = await fs.readFile(path.join(paths.artifacts, name)).catch(() => null)
    return bytes && { bytes, type: name === replayFile ? 'application/json' : 'application/octet-stream' }
  }

  return { handlers, resource, planReplay, createReplay }
}
