import { loadBackend } from '../main/tensor/backend.ts'
import { milliseconds, paired, startPeer } from './harness.ts'
import { randomReplay, startAgent, updater } from './offline-steps.ts'

/** One step of TD3+BC beside a lean PyTorch loop of the same formulas. */
async function main(): Promise<void> {
  const { threads } = await loadBackend()
  const peer = await startPeer('PyTorch, lean loop', 'offline_steps_lean.py', [String(threads)])
  const served = peer && { ...peer, measure: () => peer.measure(String(count)) }
  const replay = randomReplay()
  const agent = startAgent('td3-bc')
  const update = updater(agent, replay)
  const lethe = () => milliseconds(() => update(count), count)
  await paired({ name: 'offline-steps-lean', figure: 'td3-bc', unit: 'ms', lethe, peer: served, rounds: 15, warmUp: 3 })
  agent.close()
  replay.dispose()
  peer?.close()
}

const count = 60

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
