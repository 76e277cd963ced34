/**
 * The fair protocol of utility (DPImageBench, section "model selection"): classifiers learn from synthetic images alone;
 * which classifier and epoch counts is decided on a held-out sensitive split, with noise and charged to its account;
 * the test set informs no choice.
 *
 * All epochs of all classifiers are candidates of ONE report-noisy-max, so the choice costs its epsilon once. A noisy count
 * then says how well the winner does on the same split: the one figure here that may be released. Choosing the best
 * epoch on the test set, the old practice, is computed beside it only to show by how much it flatters.
 */
import type { Dataset } from '../contract/dataset.ts'
import type { JobEvent, RandomStream, RunContext, SplitView } from '../contract/job.ts'
import type { Stage } from '../contract/privacy.ts'
import { rootStream } from '../math/random.ts'
import { pureStage } from '../privacy/plan.ts'
import type { Parameters } from '../tensor/layers.ts'
import { decodeParameters, encodeParameters } from '../tensor/safetensors.ts'
import { tf } from '../tensor/tf.ts'
import { classifiers, countCorrect, trainClassifier, type Classifier, type LabelledImages } from './classifiers.ts'
import type { ImageSet } from './method.ts'

/** Of the target epsilon, spent on the validation account: train and validation are disjoint, so the run's epsilon stays. */
const shareOfTarget = { selection: 0.25, accuracy: 0.25 } as const
const selectionStage = 'selection'
const accuracyStage = 'validation-accuracy'
/** Change when classifiers or their training change: the key of cached reference lines. */
const protocolVersion = 1

export function protocolStages(epsilon: number): Stage[] {
  return [
    pureStage({
      id: selectionStage,
      account: 'validation',
      noisedQuantity: 'which classifier and epoch is best on the validation images',
      epsilon: epsilon * shareOfTarget.selection,
    }),
    pureStage({
      id: accuracyStage,
      account: 'validation',
      noisedQuantity: 'how many validation images the chosen classifier gets right',
      epsilon: epsilon * shareOfTarget.accuracy,
    }),
  ]
}

export interface ClassifierScore {
  readonly id: string
  readonly title: string
  /** Fraction of the real test set classified correctly, after each epoch. */
  readonly testAccuracy: readonly number[]
}

export interface Utility {
  readonly selection: {
    readonly classifier: string
    readonly epoch: number
    /** Noisy, charged, may be released. */
    readonly privateAccuracy: number
    /** Absent in release mode, like everything that reads the test set. */
    readonly testAccuracy: number | null
    readonly bestOnTest: number | null
  }
  readonly classifiers: readonly ClassifierScore[]
  readonly reference: readonly ClassifierScore[]
}

type Weights = Parameters[]

const labelled = (dataset: Dataset, split: SplitView): LabelledImages => ({
  ...split,
  height: dataset.height,
  width: dataset.width,
  channels: dataset.channels,
})

/** Trains one classifier, keeping the weights of every epoch. */
async function* train(
  classifier: Classifier,
  set: LabelledImages,
  classes: number,
  stream: RandomStream,
  phase: string,
): AsyncGenerator<JobEvent, Weights> {
  const weights: Weights = []
  let whole = false
  try {
    for (const step of trainClassifier(classifier, set, classes, stream)) {
      if (step.weights) weights.push(step.weights)
      yield { kind: 'progress', phase, step: step.done, totalSteps: step.total }
    }
    whole = true
    return weights
  } finally {
    if (!whole) tf.dispose(weights) // cancelled on the way: nobody else knows of them
  }
}

export const phaseOf = (classifier: Classifier, purpose: 'synthetic' | 'reference'): string =>
  purpose === 'synthetic'
    ? `Learning from synthetic: ${classifier.title}`
    : `Reference on real data: ${classifier.title}`

/** Accuracy on the real test set, epoch by epoch. A non-private read. */
async function testAccuracies(context: RunContext, classifier: Classifier, weights: Weights): Promise<number[]> {
  const test = labelled(context.data.dataset, await context.data.split('test'))
  return weights.map((each) => countCorrect(classifier, each, test) / test.count)
}

/**
 * Utility of `synthetic`. `saved` holds the weights of classifiers that an earlier attempt trained, by id.
 */
export async function* measureUtility(
  context: RunContext,
  synthetic: ImageSet,
  checkpoint: (parts: Record<string, Uint8Array>) => JobEvent,
  saved: Readonly<Record<string, Uint8Array>>,
): AsyncGenerator<JobEvent, Utility> {
  const research = context.mode === 'research'
  const classes = context.data.dataset.classNames.length
  const trained: { classifier: Classifier; weights: Weights }[] = []
  const parts: Record<string, Uint8Array> = {}
  try {
    for (const classifier of classifiers) {
      const name = `classifier-${classifier.id}.safetensors`
      const weights = saved[name]
        ? splitEpochs(saved[name], classifier.epochs, name)
        : yield* train(
            classifier,
            synthetic,
            classes,
            context.stream(`protocol/${classifier.id}`),
            phaseOf(classifier, 'synthetic'),
          )
      trained.push({ classifier, weights })
      parts[name] = encodeParameters(joinEpochs(weights))
      if (!saved[name]) yield checkpoint(parts)
    }

    const validation = labelled(context.data.dataset, await context.data.split('validation'))
    const candidates = trained.flatMap(({ classifier, weights }) =>
      weights.map((each, epoch) => ({ classifier, weights: each, epoch })),
    )
    const winner = await context.mechanisms.reportNoisyMax(selectionStage, () =>
      Promise.resolve(candidates.map((one) => countCorrect(one.classifier, one.weights, validation))),
    )
    const chosen = candidates[winner]!
    const correct = await context.mechanisms.noisyCount(accuracyStage, () =>
      Promise.resolve(countCorrect(chosen.classifier, chosen.weights, validation)),
    )
    const privateAccuracy = Math.min(1, Math.max(0, correct / validation.count))
    yield { kind: 'metric', name: 'private accuracy', step: chosen.epoch + 1, value: privateAccuracy, private: true }

    const scores: ClassifierScore[] = []
    if (research) {
      await context.mechanisms.nonPrivateRead('accuracy of every classifier and epoch on the test images', 'test')
      for (const { classifier, weights } of trained) {
        const testAccuracy = await testAccuracies(context, classifier, weights)
        scores.push({ id: classifier.id, title: classifier.title, testAccuracy })
        for (const [epoch, value] of testAccuracy.entries())
          yield { kind: 'metric', name: `test accuracy, ${classifier.title}`, step: epoch + 1, value, private: false }
      }
    }
    const chosenScore = scores.find((score) => score.id === chosen.classifier.id)
    return {
      selection: {
        classifier: chosen.classifier.id,
        epoch: chosen.epoch + 1,
        privateAccuracy,
        testAccuracy: chosenScore?.testAccuracy[chosen.epoch] ?? null,
        bestOnTest: research ? Math.max(...scores.flatMap((score) => score.testAccuracy)) : null,
      },
      classifiers: scores,
      reference: research ? yield* referenceLine(context) : [],
    }
  } finally {
    for (const { weights } of trained) tf.dispose(weights)
  }
}

/** The same classifiers trained on the real images: the ceiling. Computed once for each data set and seed of the protocol. */
async function* referenceLine(context: RunContext): AsyncGenerator<JobEvent, readonly ClassifierScore[]> {
  await context.mechanisms.nonPrivateRead('reference line: the same classifiers trained on the real images', 'train')
  const key = `reference-${protocolVersion}-${context.data.hash}.json`
  const cached = await context.cache.read(key)
  if (cached) return JSON.parse(new TextDecoder().decode(cached)) as ClassifierScore[]
  const real = labelled(context.data.dataset, await context.data.split('train'))
  const classes = context.data.dataset.classNames.length
  const seeds = rootStream(0).fork('reference line') // the same for every run, since all share it
  const scores: ClassifierScore[] = []
  for (const classifier of classifiers) {
    const weights = yield* train(classifier, real, classes, seeds.fork(classifier.id), phaseOf(classifier, 'reference'))
    scores.push({
      id: classifier.id,
      title: classifier.title,
      testAccuracy: await testAccuracies(context, classifier, weights),
    })
    tf.dispose(weights)
  }
  await context.cache.write(key, new TextEncoder().encode(JSON.stringify(scores)))
  return scores
}

/** The weights of all epochs as one tree: epoch-1.name … */
function joinEpochs(weights: Weights): Parameters {
  return Object.fromEntries(
    weights.flatMap((tree, epoch) =>
      Object.entries(tree).map(([name, value]) => [`epoch-${epoch + 1}.${name}`, value]),
    ),
  )
}

function splitEpochs(bytes: Uint8Array, epochs: number, name: string): Weights {
  const all = Object.entries(decodeParameters(bytes, name).parameters)
  return Array.from({ length: epochs }, (_, epoch) => {
    const prefix = `epoch-${epoch + 1}.`
    return Object.fromEntries(
      all.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
    )
  })
}

/** Weights of the plan, in seconds on a quiet two-core machine, for `count` training images. */
export function protocolSteps(count: number, mode: 'synthetic' | 'reference') {
  const seconds: Record<string, number> = { logistic: 3, mlp: 6, cnn: 40 }
  return classifiers.map((classifier) => ({
    phase: phaseOf(classifier, mode),
    steps: classifier.epochs * Math.ceil(count / classifier.batch),
    weight: ((seconds[classifier.id] ?? 10) * count) / 55_000 + 0.1,
    note:
      mode === 'synthetic' ? 'learns from synthetic images only' : 'not private; kept for the next run on this data',
  }))
}
