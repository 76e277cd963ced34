import { loadBackend } from '../main/tensor/backend.ts'
import { makeAgent, type Agent } from '../main/trajectories/algorithms/agent.ts'
import { algorithmOf } from '../main/trajectories/algorithms/algorithms.ts'
import { rootStream } from '../main/math/random.ts'
import { blocksOf } from '../main/trajectories/unlearning/unlearn.ts'
import { tf } from '../main/tensor/tf.ts'
import { median, milliseconds } from './harness.ts'
import { randomReplay } from './offline-steps.ts'

/**
 * What TrajDeleter's 10,000 updates take of the 1,000,000 of the training, in percent, with the paper's networks: the time of each kind of
 * update is measured, their numbers are multiplied in. Playing episodes and reading the data are left out on both sides.
 */
const counts = { 'td3-bc': 20, iql: 15, cql: 3, bcq: 1, bear: 3, plas: 15 }
const [trainingSteps, unlearningSteps] = [1_000_000, 10_000]

async function main(): Promise<void> {
  await loadBackend()
  const replay = randomReplay()
  for (const [id, count] of Object.entries(counts)) {
    const agent = startAgent(id)
    let key = 0
    const timeOf = (variation: string, step: number): number => {
      const update = (): void => {
        for (let i = 0; i < count; i++)
          agent.update(replay, step + i, [key++, 1], { variation, losses: i === count - 1 })
      }
      update()
      return median(Array.from({ length: 5 }, () => milliseconds(update, count)))
    }
    const { settings, algorithm } = agent
    const [warmUp, late] = [algorithm.warmUp(settings as never), trainingSteps]
    const ordinary = timeOf('ordinary', late)
    const training = (trainingSteps - warmUp) * ordinary + (warmUp > 0 ? warmUp * timeOf('ordinary', 0) : 0)
    const variations = { ordinary, forget: timeOf('forget', late), converge: timeOf('converge', late) }
    const blocks = blocksOf({ method: 'trajdeleter', steps: unlearningSteps, forgettingShare: 0.8, alternations: 4 })
    const unlearning = blocks.reduce((sum, { variation, steps }) => sum + steps * variations[variation], 0)
    const lethe = Number(((100 * unlearning) / training).toPrecision(4))
    const line = {
      name: 'unlearning',
      figure: id,
      unit: '% of retraining',
      lethe,
      peer: null,
      peerName: null,
      ratio: null,
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
    agent.close()
  }
  replay.dispose()
}

/** With the paper's networks and warm-up; the frozen original is the agent itself. */
function startAgent(id: string): Agent {
  const algorithm = algorithmOf(id)
  const agent = makeAgent(
    algorithm,
    algorithm.config.parse({}),
    { observations: 11, actions: 3 },
    { variations: { forget: { actorWeight: 1, anchorWeight: null }, converge: { actorWeight: 1, anchorWeight: 0.1 } } },
  )
  const scaling = { mean: new Array<number>(11).fill(0), deviation: new Array<number>(11).fill(1), reward: 1 }
  agent.start(rootStream(1).fork(id), scaling)
  const values = agent.save()
  agent.load(values)
  tf.dispose(values)
  return agent
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
