/**
 * Trains the policies that ship in resources/policies by augmented random search (Mania, Guy, Recht: "Simple random search provides a
 * competitive approach to reinforcement learning", NeurIPS 2018, version V2-t): a linear policy on normalised observations, pairs of
 * mirrored random directions, a step along the best of them, scaled by the spread of their returns. Actions pass through tanh, and
 * the bonus for being alive is left out while training, as in the paper.
 *
 * A linear policy that was found so is brittle: little noise on its actions topples it. With `--from FILE --exploration V` (linear/ holds such files) a search goes on from
 * it with noise in every rollout, whose deviation is drawn between 0 and 2 V, until it bears that.
 *
 * Everything is drawn from named streams of one seed, so a search can be stopped and resumed to the same result. Settings given to a later
 * call hold from there on, and are noted.
 *
 *   node tools/train-policies.mjs ship [TASK]     (ship.ts)
 *   node tools/train-policies.mjs td3 TASK        (td3.ts: where the search stalls)
 *   node tools/train-policies.mjs TASK --minutes M [--seed S] [--directions N --best B --step A --noise V] [--from FILE --exploration V]
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { rootStream } from '../../main/math/random.ts'
import { makeEnvironment, type Environment } from '../../main/trajectories/environments/environment.ts'
import { networkPolicy, type Layers } from '../../main/trajectories/environments/policy.ts'
import { normalisedScore } from '../../main/trajectories/environments/task.ts'
import { ship } from './ship.ts'
import { searchByTd3 } from './td3.ts'

interface Settings {
  readonly seed: number
  readonly directions: number
  readonly best: number
  readonly step: number
  readonly noise: number
  /** Mean of the deviation of the noise on actions. */
  readonly exploration?: number
}

/** The paper's settings where it gives some for the task. */
const defaults: Readonly<Record<string, Omit<Settings, 'seed'>>> = {
  hopper: { directions: 8, best: 4, step: 0.02, noise: 0.03 },
  halfcheetah: { directions: 32, best: 4, step: 0.02, noise: 0.03 },
  walker2d: { directions: 40, best: 30, step: 0.03, noise: 0.025 },
}

interface Snapshot {
  readonly iteration: number
  readonly steps: number
  readonly score: number
  readonly layers: Layers
}

/** All that a search needs to go on. */
export interface Search {
  settings: Settings
  /** Settings that later calls brought, and from which iteration on they held. */
  changes: { iteration: number; settings: Settings }[]
  iteration: number
  steps: number
  weights: number[]
  count: number
  mean: number[]
  squares: number[]
  /** Of a search that goes on from a policy: what its bias has beyond these moments, which stay as they are. */
  offset?: number[]
  best: Snapshot | null
  medium: Snapshot | null
}

const evaluateEvery = 10
const evaluations = 5
/** A medium policy is the one whose score comes closest to this. */
const mediumScore = 33

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      ['minutes', 'seed', 'directions', 'best', 'step', 'noise', 'state', 'from', 'exploration', 'value-weight'].map(
        (name) => [name, { type: 'string' }] as const,
      ),
    ),
  })
  const task = positionals[0] ?? ''
  const number = (name: string, fallback: number): number => Number(values[name] ?? fallback)
  if (task === 'ship') return ship(path.resolve('.lethe/policies'), positionals[1])
  if (task === 'td3') {
    const { from } = values
    const options = {
      minutes: number('minutes', 30),
      seed: number('seed', 1),
      valueWeight: number('value-weight', 1e6),
    }
    return searchByTd3(positionals[1] ?? '', { ...options, from })
  }
  const base = defaults[task]
  if (!base) throw new Error(`Name one of ${Object.keys(defaults).join(', ')}.`)
  const settings: Settings = {
    seed: number('seed', 1),
    directions: number('directions', base.directions),
    best: number('best', base.best),
    step: number('step', base.step),
    noise: number('noise', base.noise),
    ...(values['exploration'] && { exploration: number('exploration', 0) }),
  }
  const file = path.resolve(values['state'] ?? `.lethe/policies/${task}-${settings.seed}.json`)
  const environment = await makeEnvironment(task)
  const search = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Search)
    : begun(environment, settings, values['from'])
  if (JSON.stringify(search.settings) !== JSON.stringify(settings)) {
    // Scores under other noise are not to be compared.
    if (settings.exploration !== search.settings.exploration) search.best = search.medium = null
    search.settings = settings
    search.changes = [...(search.changes ?? []), { iteration: search.iteration, settings }]
  }
  const end = performance.now() + 60_000 * number('minutes', 10)
  while (performance.now() < end) {
    iterate(environment, search)
    if (search.iteration % evaluateEvery > 0) continue
    evaluate(environment, search)
    save(file, search)
  }
  save(file, search)
}

/** Goes on from the policy of `file`, with the moments of what it sees. */
function begun(environment: Environment, settings: Settings, file?: string): Search {
  const search = fresh(environment, settings)
  if (file === undefined) return search
  const [layer] = (JSON.parse(readFileSync(file, 'utf8')) as { layers: Layers }).layers
  if (!layer) throw new Error(`${file} holds no layer.`)
  for (let episode = 0; episode < evaluations; episode++)
    rollout(environment, [layer], rootStream(settings.seed).fork(`moments ${episode}`), (o) => observe(search, o))
  const deviation = search.squares.map((sum) => Math.sqrt(sum / (search.count - 1)))
  search.weights = layer.weights.flatMap((row) => row.map((weight, i) => weight * deviation[i]!))
  search.offset = layer.weights.map(
    (row, output) => layer.bias[output]! + row.reduce((sum, weight, i) => sum + weight * search.mean[i]!, 0),
  )
  return search
}

function fresh({ task }: Environment, settings: Settings): Search {
  const inputs = task.observation.length
  return {
    settings,
    changes: [],
    iteration: 0,
    steps: 0,
    weights: new Array<number>(inputs * task.actions.length).fill(0),
    count: 0,
    mean: new Array<number>(inputs).fill(0),
    squares: new Array<number>(inputs).fill(0),
    best: null,
    medium: null,
  }
}

/** The linear policy on normalised observations as one layer on plain ones. */
function fold({ count, mean, squares, offset }: Search, weights: ArrayLike<number>): Layers {
  const inputs = mean.length
  const scale = squares.map((sum) => {
    const deviation = count > 1 ? Math.sqrt(sum / (count - 1)) : 1
    return deviation < 1e-7 ? 0 : 1 / deviation
  })
  const rows = Array.from({ length: weights.length / inputs }, (_, row) =>
    scale.map((factor, i) => weights[row * inputs + i]! * factor),
  )
  const bias = rows.map(
    (row, output) => (offset?.[output] ?? 0) - row.reduce((sum, weight, i) => sum + weight * mean[i]!, 0),
  )
  return [{ weights: rows, bias }]
}

/** Welford's running mean and sum of squares. */
function observe(search: Search, observation: Float64Array): void {
  search.count++
  for (let i = 0; i < observation.length; i++) {
    const from = observation[i]! - search.mean[i]!
    search.mean[i]! += from / search.count
    search.squares[i]! += from * (observation[i]! - search.mean[i]!)
  }
}

interface Rollout {
  readonly total: number
  readonly steps: number
}

function rollout(
  environment: Environment,
  layers: Layers,
  stream: Parameters<Environment['reset']>[0],
  seen: (observation: Float64Array) => void,
  exploration = 0,
): Rollout {
  const { task, observation } = environment
  const policy = networkPolicy(layers)
  environment.reset(stream)
  const deviation = exploration > 0 ? 2 * exploration * stream!.uniform() : 0
  const action = new Float64Array(policy.actions)
  let total = 0
  let steps = 0
  while (steps < task.episodeSteps) {
    seen(observation)
    const wanted = policy.act(observation)
    for (let i = 0; i < action.length; i++)
      action[i] = deviation > 0 ? Math.max(-1, Math.min(1, wanted[i]! + deviation * stream!.normal())) : wanted[i]!
    total += environment.step(action)
    steps++
    if (environment.terminated) break
  }
  return { total, steps }
}

function iterate(environment: Environment, search: Search): void {
  const { settings, weights } = search
  const root = rootStream(settings.seed).fork(environment.task.id).fork(`iteration ${search.iteration}`)
  const seen: Float64Array[] = []
  const trials = Array.from({ length: settings.directions }, (_, index) => {
    const stream = root.fork(`direction ${index}`)
    const direction = Float64Array.from(weights, () => stream.normal())
    const returns = [1, -1].map((sign) => {
      const moved = direction.map((value, i) => weights[i]! + sign * settings.noise * value)
      const see = (o: Float64Array) => search.offset ?? seen.push(o.slice())
      // Both signs meet the same start and the same noise.
      const course = root.fork(`course ${index}`)
      const { total, steps } = rollout(environment, fold(search, moved), course, see, settings.exploration)
      search.steps += steps
      return total - environment.task.healthyReward * steps
    }) as [number, number]
    return { direction, returns, better: Math.max(...returns) }
  })
  for (const observation of seen) observe(search, observation)
  const chosen = trials.sort((a, b) => b.better - a.better).slice(0, settings.best)
  const all = chosen.flatMap(({ returns }) => returns)
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  const spread = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length) || 1
  for (const { direction, returns } of chosen) {
    const factor = (settings.step * (returns[0] - returns[1])) / (settings.best * spread)
    for (let i = 0; i < weights.length; i++) weights[i]! += factor * direction[i]!
  }
  search.iteration++
}

function evaluate(environment: Environment, search: Search): void {
  const layers = fold(search, search.weights)
  const { exploration } = search.settings
  const scoreWith = (noise: number): number => {
    let total = 0
    for (let episode = 0; episode < evaluations; episode++) {
      const course = rootStream(search.settings.seed).fork(`evaluation ${episode}`)
      total += rollout(environment, layers, course, () => undefined, noise).total
    }
    return normalisedScore(environment.task, total / evaluations)
  }
  const score = scoreWith(exploration ?? 0)
  const snapshot: Snapshot = { iteration: search.iteration, steps: search.steps, score, layers }
  if (!search.best || score > search.best.score) search.best = snapshot
  const gap = (one: Snapshot) => Math.abs(one.score - mediumScore)
  if (!search.medium || gap(snapshot) < gap(search.medium)) search.medium = snapshot
  const quiet = exploration === undefined ? '' : ` without noise ${scoreWith(0).toFixed(1)}`
  process.stdout.write(
    `${environment.task.id} ${search.iteration} steps ${search.steps} score ${score.toFixed(1)}${quiet} best ${search.best.score.toFixed(1)}\n`,
  )
}

function save(file: string, search: Search): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, JSON.stringify(search))
  renameSync(`${file}.tmp`, file)
}

void main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
})
