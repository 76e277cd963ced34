/**
 * Takes what the searches found (tools/policies/train.ts) into resources/policies: for each task the policy with the best score as
 * `expert`, where it is well above the medium one or was learnt by TD3 (td3.ts), and the one nearest to 33 as `medium`, measured anew over episodes that no search has
 * seen, with and without the noise that `trajectories collect` puts on actions.
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
const leastGain = 10

/** All tasks, or the one named. */
export async function ship(searches: string, only?: string): Promise<void> {
  const folder = path.resolve('resources/policies')
  mkdirSync(folder, { recursive: true })
  for (const task of ['hopper', 'halfcheetah', 'walker2d'] as const) {
    if (only && only !== task) continue
    const learnt = path.join(searches, `${task}-td3-1.json`)
    if (existsSync(learnt)) await shipLearnt(folder, task, JSON.parse(readFileSync(learnt, 'utf8')) as Td3Search)
    const file = path.join(searches, `${task}-1.json`)
    if (!existsSync(file)) continue
    const search = JSON.parse(readFileSync(file, 'utf8')) as Search
    for (const level of levels) {
      const snapshot = level === 'expert' ? search.best : search.medium
      if (!snapshot) continue
      if (level === 'expert' && existsSync(learnt)) continue
      const isNoBetter = search.medium !== null && snapshot.score < search.medium.score + leastGain
      if (level === 'expert' && isNoBetter) continue
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

async function shipLearnt(folder: string, task: ShippedPolicy['task'], search: Td3Search): Promise<void> {
  const best = search.snapshots.reduce((a, b) => (b.score > a.score ? b : a))
  const training = { method: 'TD3, tools/policies/td3.ts', settings: search.settings, steps: best.step }
  await write(folder, { task, level: 'expert', training, layers: best.layers })
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
