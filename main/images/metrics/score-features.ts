import { LetheError } from '../../contract/errors.ts'
import { checkPair, type Features } from './features.ts'
import { fitGaussian, frechetBetween, type Gaussian } from './frechet.ts'
import { kernelDistance } from './kid.ts'
import { precisionRecall } from './precision-recall.ts'

export interface FeatureScores {
  /** Fréchet distance, ≥ 0. */
  readonly frechet: number
  /** 0 to 1. */
  readonly precision: number
  /** 0 to 1. */
  readonly recall: number
  /** Unbiased, may be just below 0. */
  readonly kid: number
}

export interface ScoreOptions {
  /** k of precision and recall, default 3, not counting the row itself. */
  readonly neighbours?: number
  /** The real set's Gaussian where it was fitted before. */
  readonly realGaussian?: Gaussian
  readonly signal?: AbortSignal
  /** Called before each part with what comes and the share that is done. */
  readonly onProgress?: (phase: string, done: number) => void
}

/**
 * Everything that compares two feature sets of one backbone. Each part runs natively in one go; between parts other work
 * of the process gets its turn and cancelling is noticed.
 * Throws `file-malformed` for features that cannot be compared, `config-invalid` for neighbours out of range, `cancelled`.
 */
export async function scoreFeatures(
  real: Features,
  fake: Features,
  options: ScoreOptions = {},
): Promise<FeatureScores> {
  const { neighbours = 3 } = options
  checkPair(real, fake, 2)
  if (!Number.isSafeInteger(neighbours) || neighbours < 1 || neighbours >= Math.min(real.rows, fake.rows)) {
    throw new LetheError(
      'config-invalid',
      `neighbours: expected 1 to ${Math.min(real.rows, fake.rows) - 1} for ${real.rows} real and ${fake.rows} fake rows, found ${neighbours}`,
      'Ask for fewer neighbours or give more rows.',
    )
  }
  await turn(options, 'Fréchet distance, real', 0)
  const realGaussian = options.realGaussian ?? fitGaussian(real, 'real')
  await turn(options, 'Fréchet distance, synthetic', 0.1)
  const fakeGaussian = fitGaussian(fake, 'fake')
  await turn(options, 'Fréchet distance', 0.2)
  const frechet = frechetBetween(realGaussian, fakeGaussian)
  await turn(options, 'precision and recall', 0.3)
  const { precision, recall } = precisionRecall(real, fake, neighbours)
  await turn(options, 'kernel distance', 0.75)
  return { frechet, precision, recall, kid: kernelDistance(real, fake) }
}

async function turn({ signal, onProgress }: ScoreOptions, phase: string, done: number): Promise<void> {
  await new Promise(setImmediate)
  if (signal?.aborted) throw new LetheError('cancelled', `cancelled before ${phase}`)
  onProgress?.(phase, done)
}
