/** Replays: found where they were made before, started where not. What they hold comes from `app://lab/replays/RUN/FILE`. */
import { z } from 'zod'
import { runStateSchema } from '../run.ts'
import { mostReplayAgents, mostReplayEpisodes } from '../replay.ts'
import { dataId, runId, type Call } from './call.ts'

const agents = z.array(runId).max(mostReplayAgents)
const episode = z.number().int().nonnegative()

export const replayCalls = {
  /** The newest run that shows this episode with these agents, in this order; null where there is none that ended well or may still. */
  'replay.find': {
    access: 'read',
    input: z.strictObject({ data: dataId, episode, agents }),
    output: z.object({ run: runId, state: runStateSchema }).nullable(),
  },
  'replay.start': {
    access: 'write',
    input: z.strictObject({ data: dataId, episodes: z.array(episode).min(1).max(mostReplayEpisodes), agents }),
    output: z.object({ run: runId }),
  },
} as const satisfies Record<string, Call>
