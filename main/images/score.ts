/** Scores of things outside a run: feature files, and any two image sets (paths or data sets of the project). */
import { promises as fs } from 'node:fs'
import { LetheError } from '../contract/errors.ts'
import { openData, readCatalogue } from '../data/catalogue.ts'
import { readNpy } from '../data/formats/npy.ts'
import { openImageSet } from '../data/image-set.ts'
import { appendLedger, ledgerOf } from '../privacy/ledger.ts'
import { loadBackend } from '../tensor/backend.ts'
import { extractFeatures, fidelityBackbone, type Pixels } from './fidelity.ts'
import type { Features } from './metrics/features.ts'
import { inceptionScore } from './metrics/inception-score.ts'
import { scoreFeatures, type FeatureScores } from './metrics/score-features.ts'

/** NPY [N, D] of float16, 32 or 64. Errors: those of the format, `format-unsupported` for another type or rank. */
async function readMatrix(file: string): Promise<Features> {
  const { data, shape, dtype } = await readNpy(await fs.readFile(file), file)
  const [rows = 0, columns = 0] = shape
  if (shape.length !== 2 || !(data instanceof Float32Array || data instanceof Float64Array))
    throw new LetheError(
      'format-unsupported',
      `${file} holds ${dtype} of shape ${shape.join(' × ')}; expected float16, 32 or 64 of rows × columns.`,
      'Save one row of features for each image.',
    )
  return { data, rows, columns }
}

export async function scoreFeatureFiles(real: string, fake: string, neighbours: number): Promise<FeatureScores> {
  await loadBackend()
  return scoreFeatures(await readMatrix(real), await readMatrix(fake), { neighbours })
}

export async function scoreProbabilityFile(file: string, splits: number): Promise<{ inceptionScore: number }> {
  return { inceptionScore: inceptionScore(await readMatrix(file), splits).mean }
}

/** Compares two image sets on the default backbone. Data sets of the project are read without noise, which their ledger notes. */
export async function scorePictures(
  project: string,
  real: string,
  fake: string,
  options: { neighbours: number; signal: AbortSignal },
): Promise<FeatureScores & { backbone: string; realImages: number; fakeImages: number }> {
  await loadBackend()
  const sets = [
    await loadPixels(project, real, options.signal),
    await loadPixels(project, fake, options.signal),
  ] as const
  const backbone = await fidelityBackbone()
  try {
    const [realFeatures, fakeFeatures] = [
      await drain(extractFeatures(backbone, sets[0], 'real')),
      await drain(extractFeatures(backbone, sets[1], 'fake')),
    ]
    const scores = await scoreFeatures(realFeatures, fakeFeatures, options)
    return { backbone: backbone.title, realImages: sets[0].count, fakeImages: sets[1].count, ...scores }
  } finally {
    backbone.dispose()
  }
}

async function drain<T>(generator: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const next = await generator.next()
    if (next.done) return next.value
  }
}

async function loadPixels(project: string, name: string, signal: AbortSignal): Promise<Pixels> {
  const { datasets, damaged } = await readCatalogue(project)
  if ([...datasets, ...damaged].some(({ id }) => id === name)) {
    const data = await openData(project, name)
    await appendLedger(ledgerOf(project, name), {
      kind: 'read',
      run: 'terminal',
      what: 'scores of two image sets',
      split: 'train',
    })
    const { height, width, channels } = data.dataset
    return { ...(await data.split('train')), height, width, channels }
  }
  const set = await openImageSet(name, { signal })
  try {
    const count = set.splits.reduce((sum, split) => sum + split.count, 0)
    const images = new Uint8Array(count * set.height * set.width * set.channels)
    let filled = 0
    for (const split of set.splits)
      for await (const chunk of split.read({ signal })) {
        images.set(chunk.images, filled)
        filled += chunk.images.length
      }
    const { height, width, channels } = set
    return { count, height, width, channels, images }
  } finally {
    await set.close()
  }
}
