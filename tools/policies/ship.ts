/**
 * Takes what the searches found (states TASK-expert.json and TASK-medium.json) into resources/policies: for each task the policy with the best
 * score as `expert` and the one nearest to 33 as `medium`, measured anew over episodes that no search has seen, with and without the noise that `trajectories collect` puts on
 * actions. Where TD3 has learnt (td3.ts) its snapshots are taken; random search (train.ts) finds linear policies, which noise topples.
 *
 *   node tools/train-policies.mjs ship [TASK]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { defaultNoise } from '../../main/trajectories/data/collect.ts'
import { rootStream } from '../../main/math/random.ts'
import { makeEnvironment } from '../../main/trajectories/environments/environment.ts'
import { levels, type ShippedPolicy } from '../../main/trajectories/environments/policies.ts'
import { networkPolicy, type Layers } from '../../main/trajectories/environments/policy.ts'
import { runEpisode } from '../../main/trajectories/environments/rollout.ts'
import { normalisedScore } from '../../main/trajectories/environments/task.ts'
import type { Td3Search } from './td3.ts'
import type { Search } from './train.ts'

const episodes = 30
const seed = 1_000_000

/** All tasks, or the one named. */
export async function ship(searches: string, only?: string): Promise<void> {
  const folder = path.resolve('resources/policies')
  mkdirSync(folder, { recursive: true })
  for (const task of ['hopper', 'halfcheetah', 'walker2d'] as const) {
    if (only && only !== task) continue
    const learnt = path.join(searches, `${task}-td3-1.json`)
    const levelsLearnt = existsSync(learnt)
      ? await shipLearnt(
          folder,
          task,
          JSON.parse(readFileSync(learnt, 'utf8')) as Td3Search,
          searched(searches, task, 'medium'),
        )
      : []
    for (const level of levels) {
      const file = searched(searches, task, level)
      if (levelsLearnt.includes(level) || !existsSync(file)) continue
      const { best, medium, ...search } = JSON.parse(readFileSync(file, 'utf8')) as Search
      const snapshot = level === 'expert' ? best : medium
      if (!snapshot) continue
      const training = {
        method: 'augmented random search, tools/policies/train.ts',
        settings: search.settings,
        changes: search.changes,
        iteration: snapshot.iteration,
        steps: snapshot.steps,
      }
      await write(folder, { task, level, training, layers: snapshot.layers })
    }
  }
}

const searched = (searches: string, task: string, level: string): string => path.join(searches, `${task}-${level}.json`)

/** The best snapshot as expert; as medium the one nearest to a third of D4RL's scale, unless random search has found one. The levels taken. */
async function shipLearnt(
  folder: string,
  task: ShippedPolicy['task'],
  search: Td3Search,
  otherMedium: string,
): Promise<ShippedPolicy['level'][]> {
  const distance = ({ score }: Td3Search['snapshots'][number]): number => Math.abs(score - 33)
  const medium = search.snapshots.reduce((a, b) => (distance(b) < distance(a) ? b : a))
  const expert = search.snapshots.reduce((a, b) => (b.score > a.score ? b : a))
  const taken = [
    ...(existsSync(otherMedium) ? [] : [{ level: 'medium', snapshot: medium } as const]),
    { level: 'expert', snapshot: expert } as const,
  ]
  for (const { level, snapshot } of taken) {
    const training = { method: 'TD3, tools/policies/td3.ts', settings: search.settings, steps: snapshot.step }
    await write(folder, { task, level, training, layers: snapshot.layers })
  }
  return taken.map(({ level }) => level)
}

async function write(folder: string, policy: Omit<ShippedPolicy, 'schema' | 'measured'>): Promise<void> {
  const { task, level, training, layers } = policy
  const measured = [await measure(task, layers, 0), await measure(task, layers, defaultNoise)]
  const whole: ShippedPolicy = { schema: 'lethe.policy/1', task, level, training, measured, layers }
  writeFileSync(path.join(folder, `${task}-${level}.json`), `${JSON.stringify(whole)}\n`)
  const scores = measured.map(({ noise, score }) => `${score.toFixed(1)} at noise ${noise}`)
  process.stdout.write(`${task} ${level}: ${scores.join(', ')}\n`)
}

async function measure(task: string, layers: Layers, noise: number): Promise<ShippedPolicy['measured'][number]> {
  const environment = await makeEnvironment(task)
  const policy = networkPolicy(layers)
  const action = new Float64Array(policy.actions)
  let total = 0
  for (let episode = 0; episode < episodes; episode++) {
    const stream = rootStream(seed).fork(`episode ${episode}`)
    const draws = stream.fork('actions')
    const act = (observation: Float64Array): Float64Array => {
      const wanted = policy.act(observation)
      for (let i = 0; i < action.length; i++)
        action[i] = Math.max(-1, Math.min(1, wanted[i]! + (noise > 0 ? noise * draws.normal() : 0)))
      return action
    }
    total += runEpisode(environment, act, stream.fork('start')).totalReward
  }
  environment.close()
  const mean = total / episodes
  return { noise, episodes, seed, return: mean, score: normalisedScore(environment.task, mean) }
}
