/** What an agent would return where it cannot be played: estimated from the recorded episodes, and called so. Part of outcomes and reports. */
import { z } from 'zod'

const interval = { value: z.number(), low: z.number(), high: z.number() }

/** Discounted from the first step on, in units of the recorded rewards: not comparable with the return of a played episode. */
export const estimateSchema = z.strictObject({
  /** Null where the fit failed: `problem` says how. */
  value: interval.value.nullable(),
  /** 95 % of the spread of the fits. It does not cover what all of them share: actions that the data never took. */
  low: interval.low.nullable(),
  high: interval.high.nullable(),
  /** Fits, each on its own resample of the episodes. */
  members: z.number().int(),
  updates: z.number().int(),
  discount: z.number(),
  /** By how much the value moved in the last fifth of the updates: large against the interval, it had not settled. */
  drift: z.number().nullable(),
  /** Mean discounted return of the same episodes as they were recorded, with its 95 % interval: the scale to read the estimate on. */
  behaviour: z.strictObject({
    ...interval,
    /** What the discount leaves of an episode after its recorded end, where it did not end by itself: 0 where nothing is missing. */
    beyond: z.number(),
  }),
  problem: z.string().nullable(),
})
export type Estimate = z.infer<typeof estimateSchema>

/** After less before, fit by fit on the same resamples: for agents that are alike it is known more closely than either value. */
export const estimateChangeSchema = z.strictObject(interval)
export type EstimateChange = z.infer<typeof estimateChangeSchema>
