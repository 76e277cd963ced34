/** Estimates in words, for the terminal and for reports. */
import type { Estimate, EstimateChange } from '../../contract/estimate.ts'

const figure = (value: number): string => String(Number(value.toPrecision(4)))
const between = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `${figure(low)} … ${figure(high)}`

export const estimateLimit =
  'An estimate from recorded episodes, not a measurement. Its interval is the spread of the fits over resampled episodes, not a guarantee: it does not cover the value of actions that the data never took.'

/** One line, without what it is an estimate of. */
export function estimateWords({ value, low, high, members, updates, discount, problem }: Estimate): string {
  if (value === null || low === null || high === null) return `none. ${problem ?? ''}`
  return `${figure(value)} (${between({ low, high })}), discounted at ${discount}, from ${members} fits of ${updates} updates`
}

export function behaviourWords({ behaviour }: Estimate): string {
  const { value, beyond } = behaviour
  const missing =
    beyond > 0.01
      ? `; ${(100 * beyond).toFixed(0)} % of the weight of an episode lies beyond where its record ends, which the estimate counts and this does not`
      : ''
  return `${figure(value)} (${between(behaviour)}), discounted alike${missing}`
}

const changeWords = (change: EstimateChange): string => `${figure(change.value)} (${between(change)})`

interface Outcome {
  readonly estimate?: Estimate
  readonly estimateChange?: EstimateChange | null
  readonly before?: { readonly estimate?: Estimate }
  readonly after?: { readonly estimate?: Estimate }
  readonly simulated?: {
    readonly value: number
    readonly low: number
    readonly high: number
    readonly episodes: number
  }
}

/** What an outcome says of estimates, as names and words; empty where it has none. */
export function estimateRows(outcome: unknown): readonly (readonly [name: string, words: string])[] {
  const { estimate, before, after, estimateChange, simulated } = (outcome ?? {}) as Outcome
  const given = estimate ?? after?.estimate
  if (!given) return []
  return [
    ...(estimate ? [['Estimated return', estimateWords(estimate)] as const] : []),
    ...(before?.estimate ? [['Estimated return before', estimateWords(before.estimate)] as const] : []),
    ...(after?.estimate ? [['Estimated return after', estimateWords(after.estimate)] as const] : []),
    ...(estimateChange ? [['Change, fit by fit', changeWords(estimateChange)] as const] : []),
    ['Recorded episodes returned', behaviourWords(given)],
    ...(simulated
      ? [
          [
            'Played in the simulator',
            `${figure(simulated.value)} (${between(simulated)}), ${simulated.episodes} episodes, discounted alike`,
          ] as const,
        ]
      : []),
  ]
}
