import { rootStream } from '../main/math/random.ts'
import { loadBackend } from '../main/tensor/backend.ts'
import { makeAgent, type Agent } from '../main/trajectories/algorithms/agent.ts'
import { algorithmOf } from '../main/trajectories/algorithms/algorithms.ts'
import { replayOf, type Replay } from '../main/trajectories/algorithms/replay.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

/**
 * One gradient step of each offline-RL algorithm on Hopper's shapes beside d3rlpy, past any warm-up, drawing the batch included. Both sides
 * have the networks of d3rlpy's defaults, 256-256 everywhere; `published`: those of the papers, where they are others.
 */
const figures = [
  ['td3-bc', 'td3-bc', 30],
  ['iql', 'iql', 20],
  ['cql', 'cql', 4],
  ['bcq', 'bcq', 4],
  ['bear', 'bear', 6],
  ['plas', 'plas', 30],
  ['bcq, published networks', 'bcq-published', 1],
  ['bear, published networks', 'bear-published', 3],
  ['plas, published networks', 'plas-published', 20],
] as const

async function main(): Promise<void> {
  const { threads } = await loadBackend()
  const peer = await startPeer('d3rlpy', 'offline_steps.py', [String(threads)])
  const replay = randomReplay()
  for (const [figure, id, count] of figures) {
    const agent = startAgent(id.split('-published')[0]!, id.endsWith('published') ? {} : small)
    const update = updater(agent, replay)
    const lethe = () => milliseconds(() => update(count), count)
    const served = peer && { ...peer, measure: () => peer.measure(`${id} ${count}`) }
    await paired({ name: 'offline-steps', figure, unit: 'ms', lethe, peer: served, rounds: 7, warmUp: 1 })
    agent.close()
  }
  replay.dispose()
  peer?.close()
}

export function randomReplay(): Replay {
  const stream = rootStream(0).fork('replay')
  const [rows, width] = [4000, 2 * 11 + 3 + 2]
  const values = Float32Array.from({ length: rows * width }, (_, i) => {
    const column = i % width
    if (column === 15) return Math.floor(i / width) % 200 === 199 ? 0 : 1
    return column >= 11 && column < 14 ? Math.tanh(stream.normal()) : stream.normal()
  })
  return replayOf(values, width)
}

const small = { hidden: [256, 256], coderHidden: [256, 256] }

export function startAgent(id: string, networks: Record<string, unknown> = {}): Agent {
  const algorithm = algorithmOf(id)
  const wanted = Object.entries({ warmUp: 0, ...networks })
  const fields = Object.keys((algorithm.config as unknown as { shape: object }).shape)
  const settings = algorithm.config.parse(Object.fromEntries(wanted.filter(([name]) => fields.includes(name))))
  const agent = makeAgent(algorithm, settings, { observations: 11, actions: 3 })
  agent.start(rootStream(1).fork(id), {
    mean: new Array<number>(11).fill(0),
    deviation: new Array<number>(11).fill(1),
    reward: 1,
  })
  return agent
}

/** Takes so many steps; the losses of the last are read, so that all work is done when it returns. */
export function updater(agent: Agent, replay: Replay): (count: number) => void {
  const stream = rootStream(2)
  let step = 0
  return (count) => {
    for (let i = 0; i < count; i++) agent.update(replay, step++, stream.key(), { losses: i === count - 1 })
  }
}

if (process.argv[1] && /offline-steps\.cjs$/.test(process.argv[1]))
  main().catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
  })
