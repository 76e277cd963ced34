/** Policies: small networks on plain arrays, evaluated one observation at a time without allocating. */
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'

/** Layers from first to last, tanh after each where nothing else is said, and after the last: actions lie in ±1. */
export const policySchema = z
  .array(
    z.object({
      weights: z.array(z.array(z.number())).min(1),
      bias: z.array(z.number()),
      activation: z.enum(['tanh', 'relu']).optional(),
    }),
  )
  .min(1)
export type Layers = z.infer<typeof policySchema>

const rectified = (x: number): number => (x > 0 ? x : 0)

export interface Policy {
  readonly observations: number
  readonly actions: number
  /** The action for an observation, in an array that the next call overwrites. */
  act(observation: ArrayLike<number>): Float64Array
}

/** Errors: `config-invalid` naming the layer whose sizes do not fit. */
export function networkPolicy(layers: Layers): Policy {
  let width = layers[0]!.weights[0]!.length
  const observations = width
  const stages = layers.map(({ weights, bias, activation = 'tanh' }, index) => {
    const odd = weights.find((row) => row.length !== width)
    if (odd)
      throw new LetheError(
        'config-invalid',
        `Layer ${index} of the policy: expected rows of ${width} weights, found one of ${odd.length}.`,
        'A row holds the weights of one output.',
      )
    if (bias.length !== weights.length)
      throw new LetheError(
        'config-invalid',
        `Layer ${index} of the policy: ${weights.length} rows of weights but ${bias.length} biases.`,
        'Give one bias for each row.',
      )
    const stage = {
      inputs: width,
      weights: Float64Array.from(weights.flat()),
      bias,
      activate: activation === 'relu' && index < layers.length - 1 ? rectified : Math.tanh,
      output: new Float64Array(bias.length),
    }
    width = bias.length
    return stage
  })
  return {
    observations,
    actions: width,
    act(observation) {
      let input = observation
      for (const { inputs, weights, bias, activate, output } of stages) {
        for (let row = 0; row < output.length; row++) {
          let sum = bias[row]!
          const start = row * inputs
          for (let i = 0; i < inputs; i++) sum += weights[start + i]! * input[i]!
          output[row] = activate(sum)
        }
        input = output
      }
      return input as Float64Array
    },
  }
}
