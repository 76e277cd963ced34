/** From a request to unlearn to the whole configuration of its run. */
import type { Episode, TrajectorySet } from '../../contract/trajectories.ts'
import { LetheError } from '../../contract/errors.ts'
import { parseWith } from '../../files/atomic.ts'
import type { AgentHeader } from '../algorithms/agent-file.ts'
import { algorithmOf } from '../algorithms/algorithms.ts'
import { estimateDefaults } from '../estimates/size.ts'
import { trainingEpisodes } from '../job.ts'
import { settingsOf } from '../settings.ts'
import { requireTrained } from '../train.ts'
import { forgetIds } from './forget-set.ts'
import { unlearnConfigSchema, unlearnMethods, type UnlearnConfig } from './unlearn.ts'

export interface UnlearnRequest {
  readonly agent: string
  /** Words for the episodes to forget: see forget-set.ts. */
  readonly forget: string
  readonly method: string
  readonly preset?: 'tiny' | 'desk' | 'paper' | undefined
  readonly seed?: number | undefined
  readonly set?: Readonly<Record<string, unknown>> | undefined
}

const given = ['agent', 'algorithm', 'data', 'forget', 'selector', 'method', 'seed']

/** Errors: `config-invalid` for what is no setting of an unlearning. */
export const unlearnSettings = (set: UnlearnRequest['set']) => settingsOf(set, unlearnConfigSchema, given, 'unlearning')

/**
 * Unlearning takes 1 % of the updates of the training in the desk preset (at least 40, so that each block has some), 10,000 in `paper`;
 * training from scratch takes all of them. Errors: `config-invalid` naming the field, `method-missing`.
 */
export function unlearnConfig(
  request: UnlearnRequest,
  header: AgentHeader,
  data: { readonly set: Pick<TrajectorySet, 'id' | 'environment'>; readonly episodes: readonly Episode[] },
): UnlearnConfig {
  const method = unlearnMethods.find((one) => one === request.method)
  if (!method)
    throw new LetheError(
      'method-missing',
      `There is no way to unlearn called ${request.method}.`,
      `There are ${unlearnMethods.join(', ')}.`,
    )
  const trained = trainingEpisodes(data, header.share, header.without)
  const pool = { all: data.episodes, trained, share: header.share }
  const preset = request.preset ?? 'desk'
  const short = preset === 'paper' ? 10_000 : Math.max(40, Math.round(header.steps / 100))
  const draft = {
    ...{ agent: request.agent, algorithm: header.algorithm, data: header.data.id, method },
    selector: request.forget,
    forget: forgetIds(request.forget, pool, request.seed ?? 1),
    steps: method === 'retrain' ? header.steps : short,
    ...(preset === 'tiny' ? { episodes: 1 } : {}),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...estimateDefaults(data.set, preset),
    ...unlearnSettings(request.set),
  }
  const config = parseWith(unlearnConfigSchema, draft, 'unlearning', 'config-invalid')
  if (method === 'retrain') {
    const algorithm = algorithmOf(header.algorithm)
    const settings = parseWith(algorithm.config, header.settings, `agent of run ${request.agent}`)
    requireTrained(algorithm, settings, config.steps)
  }
  return config
}
