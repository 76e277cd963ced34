/**
 * Trains policies by TD3 (Fujimoto, van Hoof and Meger: "Addressing function approximation error in actor-critic methods", ICML 2018)
 * in our own environments, for the tasks in which random search stalls. The updates are those of TD3+BC with a weight of the value that
 * leaves nothing of the cloning; actions are explored with noise, and the replay grows a block at a time.
 *
 * With `--from FILE` (linear/, resources/policies) it begins with steps of that policy under noise in its replay, and with updates on them alone; part of the cloning
 * stays (`--value-weight`, as in TD3+BC), so that what was learnt from them is not lost while the critics are poor. A policy with as many layers as ours is
 * where ours begins; of others it learns by cloning.
 *
 * Everything is drawn from named streams of one seed. Two hours of it are not needed: on a quiet core HalfCheetah is an expert within
 * half an hour.
 *
 *   node tools/train-policies.mjs td3 TASK --minutes M [--seed S] [--from FILE --value-weight W]
 *
 * The best snapshot of every five points of the score lies in .lethe/policies/TASK-td3-SEED.json.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadBackend } from '../../main/tensor/backend.ts'
import type { RandomStream } from '../../main/contract/job.ts'
import { rootStream } from '../../main/math/random.ts'
import { makeEnvironment, type Environment } from '../../main/trajectories/environments/environment.ts'
import { networkPolicy, type Layers, type Policy } from '../../main/trajectories/environments/policy.ts'
import { runEpisode } from '../../main/trajectories/environments/rollout.ts'
import { normalisedScore } from '../../main/trajectories/environments/task.ts'
import { makeAgent, type Agent } from '../../main/trajectories/algorithms/agent.ts'
import { replayOf } from '../../main/trajectories/algorithms/replay.ts'
import { tf } from '../../main/tensor/tf.ts'
import { td3Bc } from '../../main/trajectories/algorithms/td3-bc.ts'

export interface Td3Search {
  readonly settings: Readonly<Record<string, unknown>>
  snapshots: { readonly step: number; readonly score: number; readonly layers: Layers }[]
}

/** Actions are drawn uniformly at first. */
const randomSteps = 10_000
/** Steps in the environment, then as many updates: the table of transitions is handed over once for all of them. */
const block = 500
const evaluateEvery = 5000
/** Deviation of the noise on actions. */
const exploration = 0.1
const evaluations = 5
const capacity = 1_000_000
const hidden = [128, 128]
/** Steps of the policy it begins with, each episode with noise of a deviation between 0 and the largest; then updates on them alone. */
const demonstrations = { steps: 100_000, noise: 0.3, updates: 30_000 }
/** Weight of the value in those updates: the critics learn, the policy stays what it is. */
const cloningWeight = 0.01

export interface Td3Options {
  readonly minutes: number
  readonly seed: number
  readonly from?: string | undefined
  /** What is left of the cloning: none by default. */
  readonly valueWeight: number
}

export async function searchByTd3(task: string, { minutes, seed, from, valueWeight }: Td3Options): Promise<void> {
  await loadBackend({ threads: 1 })
  const environment = await makeEnvironment(task)
  const judge = await makeEnvironment(task)
  const sizes = { observations: environment.task.observation.length, actions: environment.task.actions.length }
  const agentWith = (weight: number): Agent =>
    makeAgent(td3Bc as never, td3Bc.config.parse({ hidden, valueWeight: weight }), sizes, { lanes: 1 })
  const root = rootStream(seed).fork(task)
  const known = from === undefined ? null : (JSON.parse(readFileSync(from, 'utf8')) as { layers: Layers }).layers
  const teacher = known && networkPolicy(known)
  let agent = agentWith(teacher ? cloningWeight : valueWeight)
  const search: Td3Search = {
    settings: {
      ...{ seed, hidden, block, exploration },
      ...(teacher ? { from: path.basename(from!), valueWeight, demonstrations } : { randomSteps }),
    },
    snapshots: [],
  }
  const file = path.resolve(`.lethe/policies/${task}-td3-${seed}.json`)
  mkdirSync(path.dirname(file), { recursive: true })
  const end = performance.now() + 60_000 * minutes
  const walk = collector(environment, root)
  let updates = 0
  const learn = (count: number): void => {
    const replay = walk.replay()
    for (const last = updates + count; updates < last; updates++) agent.update(replay, updates, [seed, updates])
    replay.dispose()
  }
  agent.start(root.fork('weights'), {
    mean: new Array<number>(sizes.observations).fill(0),
    deviation: new Array<number>(sizes.observations).fill(1),
    reward: 1,
  })
  if (known && teacher) {
    if (known.length === hidden.length + 1) begin(agent, known)
    while (walk.rows() < demonstrations.steps) walk.collect(teacher, demonstrations.noise)
    learn(demonstrations.updates)
    const next = agentWith(valueWeight)
    const values = agent.save()
    next.load(values)
    Object.values(values).forEach((tensor) => tensor.dispose())
    agent.close()
    agent = next
  }
  while (performance.now() < end && walk.rows() < capacity) {
    if (teacher || walk.rows() >= randomSteps) walk.collect(networkPolicy(layersOf(agent)))
    else {
      walk.collect(null)
      continue
    }
    learn(block)
    if (walk.rows() % evaluateEvery > 0) continue
    keep(search, walk.rows(), evaluate(judge, layersOf(agent), seed), layersOf(agent))
    writeFileSync(`${file}.tmp`, JSON.stringify(search))
    renameSync(`${file}.tmp`, file)
  }
  agent.close()
}

/** Steps through the environment, and a growing table of its transitions in the layout of `Replay`. */
function collector(environment: Environment, root: RandomStream) {
  const { observation, task } = environment
  const [seen, acted] = [observation.length, task.actions.length]
  const width = 2 * seen + acted + 2
  const table = new Float32Array(capacity * width)
  const draws = root.fork('exploration')
  let [rows, steps, episode] = [0, 0, 0]
  environment.reset(root.fork('episode 0'))
  let deviation = exploration
  /** Without a policy actions are uniform. */
  const step = (policy: Policy | null, noise?: number): void => {
    const row = table.subarray(rows * width, (rows + 1) * width)
    row.set(observation)
    if (noise === undefined) deviation = exploration
    else if (steps === 0) deviation = noise * draws.uniform()
    const wanted = policy?.act(observation)
    for (let i = 0; i < acted; i++)
      row[seen + i] = wanted ? clip(wanted[i]! + deviation * draws.normal()) : 2 * draws.uniform() - 1
    row[seen + acted] = environment.step(row.subarray(seen, seen + acted))
    row[seen + acted + 1] = environment.terminated ? 0 : 1
    row.set(observation, seen + acted + 2)
    rows++
    if (++steps < task.episodeSteps && !environment.terminated) return
    environment.reset(root.fork(`episode ${++episode}`))
    steps = 0
  }
  return {
    rows: () => rows,
    collect(policy: Policy | null, noise?: number): void {
      for (let i = 0; i < block; i++) step(policy, noise)
    },
    replay: () => replayOf(table.subarray(0, rows * width), width),
  }
}

const clip = (x: number): number => Math.max(-1, Math.min(1, x))

/** Of every five points of the score the best. */
function keep(search: Td3Search, step: number, score: number, layers: Layers): void {
  const bin = (one: number) => Math.floor(one / 5)
  const last = search.snapshots.find((one) => bin(one.score) === bin(score))
  if (!last || last.score < score)
    search.snapshots = [...search.snapshots.filter((one) => one !== last), { step, score, layers }]
  process.stdout.write(`step ${step} score ${score.toFixed(1)}\n`)
}

/** The actor and its target begin as these layers, where they are of its widths. */
function begin(agent: Agent, layers: Layers): void {
  const values = agent.save()
  for (const prefix of ['actor', 'target/actor'])
    layers.forEach(({ weights, bias }, index) => {
      for (const [name, numbers] of [
        [`${prefix}/${index}.weight`, weights[0]!.flatMap((_, input) => weights.map((row) => row[input]!))],
        [`${prefix}/${index}.bias`, bias],
      ] as const) {
        const before = values[name]
        if (before?.size !== numbers.length)
          throw new Error(`The policy to begin with is not of widths ${hidden.join('-')}.`)
        values[name] = tf.tensor(Float32Array.from(numbers), before.shape)
        before.dispose()
      }
    })
  agent.load(values)
  Object.values(values).forEach((tensor) => tensor.dispose())
}

/** The actor as plain layers; weights to five digits, as they ship. */
function layersOf(agent: Agent): Layers {
  const values = agent.save()
  const names = Object.keys(values)
    .filter((name) => /^actor\/\d+\.weight$/.test(name))
    .sort()
  const short = (x: number): number => Number(x.toPrecision(5))
  const layers = names.map((name, index) => {
    const weight = values[name]!
    const [inputs, outputs] = weight.shape as [number, number]
    const flat = weight.dataSync()
    return {
      weights: Array.from({ length: outputs }, (_, o) =>
        Array.from({ length: inputs }, (_, i) => short(flat[i * outputs + o]!)),
      ),
      bias: Array.from(values[name.replace('weight', 'bias')]!.dataSync(), short),
      ...(index < names.length - 1 ? { activation: 'relu' as const } : {}),
    }
  })
  Object.values(values).forEach((tensor) => tensor.dispose())
  return layers
}

function evaluate(environment: Environment, layers: Layers, seed: number): number {
  const policy = networkPolicy(layers)
  let total = 0
  for (let episode = 0; episode < evaluations; episode++)
    total += runEpisode(environment, policy.act, rootStream(seed).fork(`evaluation ${episode}`)).totalReward
  return normalisedScore(environment.task, total / evaluations)
}
