/** What stops a training that diverged: also one that did so in its last updates, or only in what it does. */
import { expect, test } from 'vitest'
import { rootStream } from '../../math/random.ts'
import type { TrajectoryContext } from '../job.ts'
import type { Agent, Losses } from './agent.ts'
import type { Replay } from './replay.ts'
import { runSchedule } from './schedule.ts'

const context: Partial<TrajectoryContext> = { checkpoint: null, stream: (name) => rootStream(1).fork(name) }

/** Updates with an agent that is as wrong as it is told to be: the points at which its losses were looked at. */
async function pointsOf(steps: number, lossAt: (update: number) => number, action = 0): Promise<number[]> {
  const agent: Partial<Agent> = {
    ...{ lanes: 1, sizes: { observations: 17, actions: 6 }, save: () => ({}) },
    update: (_, step, __, options): Losses | null => (options?.losses ? { critic: lossAt(step) } : null),
    act: () => new Float32Array(6).fill(action),
  }
  const points: number[] = []
  const running = runSchedule(context as TrajectoryContext, agent as Agent, {
    segments: [{ label: 'Training', variation: 'ordinary', replay: {} as Replay, steps }],
    ...{ before: 0, evaluateAt: new Set([steps]) },
    evaluation: { task: 'halfcheetah', variant: 'v4', episodes: 1 },
  })
  for await (const event of running)
    if (event.kind === 'metric' && event.name === 'loss/critic') points.push(event.step)
  return points
}

test('a loss that is no number in the last updates, between two points of the curve, fails the run', async () => {
  const points = await pointsOf(1999, () => 1)
  expect([points.length, points[0], points.at(-1)]).toEqual([199, 10, 1990])
  await expect(pointsOf(1999, (update) => (update > 1990 ? NaN : 1))).rejects.toThrow(
    'After 1999 updates the loss of the critic is NaN',
  )
})

test('an agent whose actions are no numbers has no return, and no run that succeeded', async () => {
  await expect(pointsOf(20, () => 1, NaN)).rejects.toThrow('After 20 updates the return is NaN')
})
