/**
 * Noise calibration for a target epsilon at 100,000 steps, as a slider asks for it: RDP and PLD, against Opacus' search with its
 * RDP and PRV accountants at the same tolerance.
 */
import { calibrateNoise } from '../main/privacy/calibrate.ts'
import { milliseconds, paired, startPeer } from './harness.ts'

const setting = { epsilon: 1, delta: 1e-6, rate: 0.001, steps: 100_000 }

async function main(): Promise<void> {
  const peer = await startPeer('Opacus', 'accountants.py')
  for (const accountant of ['rdp', 'pld'] as const)
    await paired({
      name: 'accountants',
      figure: `${accountant} calibration`,
      unit: 'ms',
      lethe: () => milliseconds(() => void calibrateNoise({ accountant, ...setting })),
      peer,
      rounds: 3,
      warmUp: 1,
    })
  peer?.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
