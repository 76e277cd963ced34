/**
 * Inception score from class probabilities.
 *
 * Salimans et al., "Improved techniques for training GANs", NeurIPS 2016, §4: exp(mean KL(p(y|x) ‖ p(y))), p(y) being the
 * mean of p(y|x) over the set. One (nothing told apart) to the number of classes. It is the published figure only with the
 * Inception-v3 of that paper; with another classifier it carries that classifier's name.
 */
import { LetheError } from '../../contract/errors.ts'
import { checkFeatures, type Features } from './features.ts'

export interface InceptionScore {
  /** Mean over the splits. */
  readonly mean: number
  /** Standard deviation over the splits (population form, as published); 0 for one split. */
  readonly deviation: number
}

/** How far a row may be from summing to one: float16 with a thousand classes stays below. */
const sumTolerance = 0.01

/**
 * @param probabilities one row for each image, one column for each class
 * @param splits consecutive parts scored apart; the original takes 10, DPImageBench 1
 */
export function inceptionScore(probabilities: Features, splits = 1): InceptionScore {
  checkFeatures(probabilities, 'probability')
  const { data, rows, columns } = probabilities
  if (!Number.isSafeInteger(splits) || splits < 1 || splits > rows)
    throw new LetheError(
      'config-invalid',
      `splits: expected 1 to ${rows} for ${rows} rows, found ${splits}`,
      'Ask for fewer splits.',
    )
  const scores: number[] = []
  for (let split = 0; split < splits; split++) {
    const start = Math.floor((split * rows) / splits)
    const end = Math.floor(((split + 1) * rows) / splits)
    const marginal = new Float64Array(columns)
    // mean KL = mean Σ p log p − Σ p̄ log p̄, by linearity of the second term.
    let negativeEntropy = 0
    for (let row = start; row < end; row++) {
      let sum = 0
      for (let c = 0; c < columns; c++) {
        const p = data[row * columns + c]!
        if (p < 0) throw notProbabilities(`row ${row}, column ${c} is ${p}, expected 0 or more`)
        sum += p
        marginal[c] = marginal[c]! + p / (end - start)
        negativeEntropy += plogp(p)
      }
      if (Math.abs(sum - 1) > sumTolerance) throw notProbabilities(`row ${row} sums to ${sum}, expected 1`)
    }
    const marginalTerm = marginal.reduce((total, p) => total + plogp(p), 0)
    scores.push(Math.exp(Math.max(0, negativeEntropy / (end - start) - marginalTerm)))
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / splits
  return { mean, deviation: Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits) }
}

function plogp(p: number): number {
  return p > 0 ? p * Math.log(p) : 0
}

function notProbabilities(message: string): LetheError {
  return new LetheError('file-malformed', `probabilities: ${message}`, 'Give softmax outputs, one row for each image.')
}
