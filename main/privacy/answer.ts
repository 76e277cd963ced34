/** The answers to `privacy epsilon` and `privacy noise`: many settings at once, each by every accountant that applies. */
import { z } from 'zod'
import type { ErrorCode } from '../contract/errors.ts'
import type { PrivacyEvent } from '../contract/privacy.ts'
import { parseWith } from '../files/atomic.ts'
import { gaussianEpsilon } from './accountants/gaussian.ts'
import { pldEpsilon } from './accountants/pld.ts'
import { rdpEpsilon } from './accountants/rdp.ts'
import { analyticGaussianApplies, calibrateNoise, UnreachableTarget, type Accountant } from './calibrate.ts'

const accountants = z
  .array(z.enum(['rdp', 'pld', 'gaussian']))
  .min(1)
  .default(['rdp', 'pld', 'gaussian'])
  .describe('which accountants to ask; all by default')
const delta = z.number().gt(0).lt(1).describe('the probability with which epsilon may not hold')
const rate = z
  .number()
  .min(0)
  .max(1)
  .describe('Poisson sampling probability of a record in a step; 1 is the full batch')
const steps = z.int().min(0).max(1e9)
const stage = z.strictObject({
  sigma: z.number().min(0).describe('noise multiplier: standard deviation over the L2 sensitivity'),
  rate,
  steps,
})
const stages = z.array(stage).max(1000)

/** The input of `privacy epsilon`. */
export const epsilonSettingsSchema = z.strictObject({
  accountants,
  settings: z.array(z.strictObject({ delta, stages })).max(10_000),
})

/** The input of `privacy noise`: the noise of one stage, after the earlier `stages`. */
export const noiseSettingsSchema = z.strictObject({
  accountants,
  settings: z
    .array(
      z.strictObject({
        epsilon: z.number().gt(0).describe('target for the whole composition'),
        delta,
        rate,
        steps,
        stages: stages.optional().describe('earlier stages'),
      }),
    )
    .max(10_000),
})

/** A number as JSON can carry it. */
export type Figure = number | 'inf'

export interface EpsilonAnswer {
  rdp?: { epsilon: Figure; order: number }
  pld?: { epsilon: Figure }
  gaussian?: { epsilon: Figure }
}

export interface Unreachable {
  sigma: null
  error: { code: ErrorCode; message: string; floor: Figure }
}

export interface NoiseAnswer {
  rdp?: { sigma: number; epsilon: number } | Unreachable
  pld?: { sigma: number; epsilon: number } | Unreachable
  gaussian?: { sigma: number } | Unreachable
}

/** ε of each setting in order; a key is absent where that accountant does not apply. `input` fits epsilonSettingsSchema, or `config-invalid`. */
export function epsilonFor(input: unknown): EpsilonAnswer[] {
  const { accountants, settings } = parseWith(epsilonSettingsSchema, input, 'The privacy settings', 'config-invalid')
  return settings.map(({ delta, stages }) => {
    const events = stages.map(eventOf)
    const answer: EpsilonAnswer = {}
    if (accountants.includes('rdp')) {
      const { epsilon, order } = rdpEpsilon(events, delta)
      answer.rdp = { epsilon: figure(epsilon), order }
    }
    if (accountants.includes('pld')) answer.pld = { epsilon: figure(pldEpsilon(events, delta).epsilon) }
    const exact = accountants.includes('gaussian') ? gaussianEpsilon(events, delta) : null
    if (exact !== null) answer.gaussian = { epsilon: figure(exact) }
    return answer
  })
}

/** The smallest noise of each setting in order, never above its target. `input` fits noiseSettingsSchema, or `config-invalid`. */
export function noiseFor(input: unknown): NoiseAnswer[] {
  const { accountants, settings } = parseWith(noiseSettingsSchema, input, 'The privacy settings', 'config-invalid')
  return settings.map(({ stages = [], ...setting }) => {
    const earlier = stages.map(eventOf)
    const answer = <T>(
      accountant: Accountant,
      shape: (found: { sigma: number; epsilon: number }) => T,
    ): T | Unreachable => {
      try {
        return shape(calibrateNoise({ ...setting, accountant, earlier }))
      } catch (error) {
        if (!(error instanceof UnreachableTarget)) throw error
        return { sigma: null, error: { code: error.code, message: error.message, floor: figure(error.floor) } }
      }
    }
    const result: NoiseAnswer = {}
    if (accountants.includes('rdp')) result.rdp = answer('rdp', (found) => found)
    if (accountants.includes('pld')) result.pld = answer('pld', (found) => found)
    if (accountants.includes('gaussian') && analyticGaussianApplies(setting.rate, earlier))
      result.gaussian = answer('gaussian', ({ sigma }) => ({ sigma }))
    return result
  })
}

function eventOf({ sigma, rate, steps }: z.infer<typeof stage>): PrivacyEvent {
  return { kind: 'gaussian', noiseMultiplier: sigma, rate, steps }
}

function figure(value: number): Figure {
  return value === Infinity ? 'inf' : value
}
