import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend } from '../../tensor/backend.ts'
import { tf } from '../../tensor/tf.ts'
import { squaredDistance } from './certified-search.ts'
import type { Features } from './features.ts'
import { covarianceOf, fitGaussian, frechetBetween, frechetDistance } from './frechet.ts'
import { imageMetrics } from './index.ts'
import { inceptionScore } from './inception-score.ts'
import { kernelDistance } from './kid.ts'
import { nearestNeighbours, nearestOthers } from './nearest-neighbours.ts'
import { precisionRecall } from './precision-recall.ts'
import { scoreFeatures } from './score-features.ts'

beforeAll(async () => {
  await loadBackend()
})

/** A fixed pattern in whole numbers, so that the independent reference could make the very same one. */
function pattern(rows: number, columns: number, seed: number, spread = 1, shift = 0): Features {
  const data = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const hash = (i * 37 + j * 101 + ((i * j) % 61) * 17 + ((i * i + seed * j * j) % 97) * 13) % 1009
      data[i * columns + j] = (hash / 1009) * spread + shift
    }
  }
  return { data, rows, columns }
}

const map = (features: Features, change: (value: number, row: number, column: number) => number): Features => ({
  ...features,
  data: new Float64Array(features.data.length).map((_, i) =>
    change(features.data[i]!, Math.floor(i / features.columns), i % features.columns),
  ),
})
const firstRows = (features: Features, rows: number): Features => ({
  ...features,
  rows,
  data: features.data.slice(0, rows * features.columns),
})
const choose = (features: Features, rows: readonly number[]): Features => ({
  rows: rows.length,
  columns: features.columns,
  data: Float64Array.from(
    rows.flatMap((row) => [...features.data.slice(row * features.columns, (row + 1) * features.columns)]),
  ),
})
const withColumns = (features: Features, columns: readonly number[]): Features => ({
  rows: features.rows,
  columns: columns.length,
  data: Float64Array.from({ length: features.rows }, (_, row) => row).reduce(
    (data, row) => {
      columns.forEach(
        (column, place) => (data[row * columns.length + place] = features.data[row * features.columns + column]!),
      )
      return data
    },
    new Float64Array(features.rows * columns.length),
  ),
})

const real = pattern(60, 12, 1)
const fake = pattern(50, 12, 2, 0.9, 0.1)
const dead = (features: Features) => map(features, (value, _, column) => (column % 5 > 0 ? value : 0))
const repeated = (features: Features) => withColumns(features, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2])

/**
 * From NumPy 2.4 and SciPy 1.17 in float64: the Fréchet distance by QR of the centred rows and singular values (on full rank
 * scipy.linalg.sqrtm agrees to 1e-14), precision and recall by scipy.spatial.distance.cdist, the kernel distance as written.
 */
const golden: [string, Features, Features, { frechet: number; precision: number; recall: number; kid: number }][] = [
  [
    'full rank',
    real,
    fake,
    { frechet: 0.17749824266165404, precision: 0.98, recall: 43 / 60, kid: 0.0082531236209622 },
  ],
  [
    'fewer real rows than features',
    firstRows(real, 9),
    fake,
    { frechet: 0.5939008327516775, precision: 1, recall: 7 / 9, kid: 0.013657786972707697 },
  ],
  [
    'fewer rows than features on both sides',
    firstRows(real, 9),
    firstRows(fake, 7),
    { frechet: 0.68337060972421, precision: 1, recall: 1, kid: -0.06680132023836594 },
  ],
  [
    'constant features',
    dead(real),
    dead(fake),
    { frechet: 0.10773416045143835, precision: 0.94, recall: 0.75, kid: -0.003620078994056364 },
  ],
  [
    'repeated features',
    repeated(real),
    repeated(fake),
    { frechet: 0.2121442167023746, precision: 1, recall: 47 / 60, kid: 0.0077872238239171665 },
  ],
]

describe('feature metrics against an independent implementation', () => {
  test.each(golden)('%s', async (_, a, b, expected) => {
    const scores = await scoreFeatures(a, b)
    expect(scores.frechet).toBeCloseTo(expected.frechet, 9)
    expect(scores.precision).toBe(expected.precision)
    expect(scores.recall).toBe(expected.recall)
    expect(scores.kid).toBeCloseTo(expected.kid, 7)
  })

  test('other neighbourhoods', () => {
    expect(precisionRecall(real, fake, 1)).toEqual({ precision: 0.82, recall: 28 / 60 })
    expect(precisionRecall(real, fake, 2)).toEqual({ precision: 0.98, recall: 38 / 60 })
    expect(precisionRecall(real, fake, 5)).toEqual({ precision: 1, recall: 0.85 })
  })

  test('the Fréchet distance of one-dimensional sets by hand: (Δμ)² + (σ₁ − σ₂)²', () => {
    const column = (...values: number[]): Features => ({
      data: Float64Array.from(values),
      rows: values.length,
      columns: 1,
    })
    expect(frechetDistance(column(0, 2), column(5, 6, 7))).toBeCloseTo(25 + (Math.SQRT2 - 1) ** 2, 12)
  })

  test('covariance with N − 1, over several blocks and panels', () => {
    const features = pattern(9000, 300, 3)
    const { mean, covariance } = covarianceOf(features)
    for (const [a, b] of [
      [0, 0],
      [3, 299],
      [299, 3],
      [260, 255],
    ] as const) {
      let [meanA, meanB, sum] = [0, 0, 0]
      for (let row = 0; row < 9000; row++) {
        meanA += features.data[row * 300 + a]! / 9000
        meanB += features.data[row * 300 + b]! / 9000
      }
      for (let row = 0; row < 9000; row++)
        sum += (features.data[row * 300 + a]! - meanA) * (features.data[row * 300 + b]! - meanB)
      expect(mean[a]).toBeCloseTo(meanA, 12)
      expect(covariance.data[a * 300 + b]).toBeCloseTo(sum / 8999, 12)
    }
  })
})

describe('properties', () => {
  test('identical sets: distance 0, precision and recall 1', async () => {
    for (const set of [real, firstRows(real, 5), dead(real), repeated(real)]) {
      const { frechet, precision, recall } = await scoreFeatures(set, set)
      expect(frechet).toBeGreaterThanOrEqual(0)
      expect(frechet).toBeLessThan(1e-10)
      expect([precision, recall]).toEqual([1, 1])
    }
  })

  test('symmetric: swapping the sets swaps precision and recall', async () => {
    const there = await scoreFeatures(real, fake)
    const back = await scoreFeatures(fake, real)
    expect(back.frechet).toBeCloseTo(there.frechet, 11)
    expect(back.kid).toBeCloseTo(there.kid, 8)
    expect([back.recall, back.precision]).toEqual([there.precision, there.recall])
  })

  test('the order of rows and of features does not matter', async () => {
    const expected = await scoreFeatures(real, fake)
    const rows = Array.from({ length: 60 }, (_, i) => (i * 7) % 60)
    const columns = Array.from({ length: 12 }, (_, i) => (i * 5) % 12)
    const scores = await scoreFeatures(withColumns(choose(real, rows), columns), withColumns(fake, columns))
    expect(scores.frechet).toBeCloseTo(expected.frechet, 11)
    expect(scores.kid).toBeCloseTo(expected.kid, 8)
    expect([scores.precision, scores.recall]).toEqual([expected.precision, expected.recall])
  })

  test('a common shift leaves Fréchet distance, precision and recall alone, even a large one', async () => {
    const shift = (features: Features) => map(features, (value, _, column) => value + 1e5 + column)
    const scores = await scoreFeatures(shift(real), shift(fake))
    expect(scores.frechet).toBeCloseTo(0.17749824266165404, 8)
    expect([scores.precision, scores.recall]).toEqual([0.98, 43 / 60])
  })

  test('float32 features give what their float64 copies give', async () => {
    const narrow = (features: Features): Features => ({ ...features, data: Float32Array.from(features.data) })
    const [a, b] = [narrow(real), narrow(fake)]
    const wide = await scoreFeatures(
      map(a, (value) => value),
      map(b, (value) => value),
    )
    const scores = await scoreFeatures(a, b)
    expect(scores.frechet).toBeCloseTo(wide.frechet, 12)
    expect(scores.kid).toBeCloseTo(wide.kid, 8)
    expect([scores.precision, scores.recall]).toEqual([wide.precision, wide.recall])
  })

  test('a Gaussian fitted once serves again', async () => {
    const realGaussian = fitGaussian(real)
    expect(frechetBetween(realGaussian, fitGaussian(fake))).toBe(frechetDistance(real, fake))
    const { frechet } = await scoreFeatures(real, fake, { realGaussian })
    expect(frechet).toBe(frechetDistance(real, fake))
  })

  test('no tensor is left', async () => {
    const before = tf.memory().numTensors
    await scoreFeatures(real, fake)
    nearestNeighbours(real, fake, 2)
    expect(tf.memory().numTensors).toBe(before)
  })
})

/** Every pair measured. */
function bruteForce(reference: Features, queries: Features, k: number, others: boolean): number[][] {
  return Array.from({ length: queries.rows }, (_, query) =>
    Array.from({ length: reference.rows }, (_, row) => row)
      .filter((row) => !others || row !== query)
      .map((row) => squaredDistance(queries, query, reference, row))
      .sort((a, b) => a - b)
      .slice(0, k),
  )
}

describe('the search is exact', () => {
  // Few whole numbers make many ties and copies; the last two add rows far out and values float32 cannot tell apart.
  const values = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 2 }) },
    { weight: 1, arbitrary: fc.constant(1e6) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 9 }).map((step) => 1 + step * 1e-12) },
  )
  const set = (columns: number) =>
    fc
      .array(fc.array(values, { minLength: columns, maxLength: columns }), { minLength: 5, maxLength: 40 })
      .map((rows): Features => ({ data: Float64Array.from(rows.flat()), rows: rows.length, columns }))
  const pair = fc.integer({ min: 1, max: 6 }).chain((columns) => fc.tuple(set(columns), set(columns)))

  test('neighbours are the nearest, and their distances are theirs', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 4 }), fc.boolean(), ([a, b], k, others) => {
        const queries = others ? a : b
        const found = others ? nearestOthers(a, k) : nearestNeighbours(a, b, k)
        bruteForce(a, queries, k, others).forEach((expected, query) => {
          const rows = found.indices.slice(query * k, (query + 1) * k)
          expect(new Set(rows).size).toBe(k)
          expect([...rows].map((row) => squaredDistance(queries, query, a, row))).toEqual(expected)
          expect([...found.distances.slice(query * k, (query + 1) * k)]).toEqual(expected.map(Math.sqrt))
          if (others) expect(rows).not.toContain(query)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('membership is decided as by measuring every pair', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 4 }), ([a, b], k) => {
        const share = (inner: Features, outer: Features) => {
          const radii = bruteForce(outer, outer, k, true).map((squares) => squares[k - 1]!)
          let inside = 0
          for (let i = 0; i < inner.rows; i++)
            if (radii.some((radius, row) => squaredDistance(inner, i, outer, row) <= radius)) inside++
          return inside / inner.rows
        }
        expect(precisionRecall(a, b, k)).toEqual({ precision: share(b, a), recall: share(a, b) })
      }),
      { numRuns: 60 },
    )
  })

  test('a set of copies settles at once: radii of zero hold the copies and nothing else', () => {
    const copies = map(pattern(3000, 20, 1), (_, __, column) => column)
    const mixed = map(pattern(10, 20, 1), (_, row, column) => (row < 4 ? column : column + 1e-9))
    expect(precisionRecall(copies, mixed)).toEqual({ precision: 0.4, recall: 1 })
  })
})

test('a collapsed set: ten pictures, three hundred copies of each', () => {
  const modes = pattern(10, 30, 1)
  const collapsed = choose(
    modes,
    Array.from({ length: 3000 }, (_, i) => i % 10),
  )
  expect([...nearestOthers(collapsed, 3).distances]).toEqual(Array.from({ length: 9000 }, () => 0))
  expect(precisionRecall(modes, collapsed, 3)).toEqual({ precision: 1, recall: 1 })
})

describe('inception score', () => {
  test('against NumPy', () => {
    const raised = map(pattern(30, 7, 3), (value) => value ** 3 + 1e-3)
    const sums = Array.from({ length: 30 }, (_, row) =>
      Array.from(raised.data.slice(row * 7, row * 7 + 7)).reduce((a, b) => a + b),
    )
    const probabilities = map(raised, (value, row) => value / sums[row]!)
    expect(inceptionScore(probabilities).mean).toBeCloseTo(1.9082863046282692, 12)
    expect(inceptionScore(probabilities, 4).mean).toBeCloseTo(1.8447620355857277, 12)
    expect(inceptionScore(probabilities, 4).deviation).toBeCloseTo(0.04563237302091509, 12)
  })

  test('ranges from one to the number of classes', () => {
    const certain: Features = { data: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), rows: 3, columns: 3 }
    expect(inceptionScore(certain).mean).toBeCloseTo(3, 12)
    const alike: Features = { data: Float64Array.of(0.2, 0.8, 0.2, 0.8), rows: 2, columns: 2 }
    expect(inceptionScore(alike)).toEqual({ mean: 1, deviation: 0 })
  })

  test('refuses what are not probabilities', () => {
    const rows = (...data: number[]): Features => ({ data: Float64Array.from(data), rows: data.length / 2, columns: 2 })
    expect(() => inceptionScore(rows(0.5, 0.5, 1.5, -0.5))).toThrow('row 1, column 1 is -0.5')
    expect(() => inceptionScore(rows(0.5, 0.5, 2, 3))).toThrow('row 1 sums to 5')
    expect(() => inceptionScore(rows(0.5, 0.5), 2)).toThrow('splits: expected 1 to 1')
  })
})

describe('hostile input', () => {
  const broken = (value: number) => map(fake, (old, row, column) => (row === 4 && column === 7 ? value : old))
  test.each([NaN, Infinity, -Infinity])('%s is found by row and column', async (value) => {
    await expect(scoreFeatures(real, broken(value))).rejects.toMatchObject({
      code: 'file-malformed',
      message: `fake features: row 4, column 7 is ${value}, expected a finite number`,
    })
  })

  test('sets that cannot be compared', async () => {
    const empty: Features = { data: new Float32Array(0), rows: 0, columns: 12 }
    await expect(scoreFeatures(empty, fake)).rejects.toThrow('real features: expected at least 2 rows, found 0')
    await expect(scoreFeatures(real, firstRows(fake, 1))).rejects.toThrow(
      'fake features: expected at least 2 rows, found 1',
    )
    await expect(scoreFeatures(real, dropColumn(fake))).rejects.toThrow(
      'expected 12 columns as in the real features, found 11',
    )
    await expect(scoreFeatures(real, { ...fake, rows: 51 })).rejects.toThrow('found 600 for 51 × 12')
    await expect(scoreFeatures(real, { ...empty, columns: 0 })).rejects.toMatchObject({ code: 'file-malformed' })
    for (const neighbours of [0, 50, 2.5])
      await expect(scoreFeatures(real, fake, { neighbours })).rejects.toMatchObject({ code: 'config-invalid' })
    expect(() => nearestNeighbours(real, fake, 61)).toThrow('neighbours: expected 1 to 60 for 60 rows, found 61')
    expect(() => nearestOthers(real, 60)).toThrow('neighbours: expected 1 to 59 for 60 rows, found 60')
    expect(() => fitGaussian(firstRows(real, 1))).toThrow('expected at least 2 rows')
    expect(() => kernelDistance(real, firstRows(fake, 1))).toThrow('expected at least 2 rows')
  })

  test('stops when told to', async () => {
    const controller = new AbortController()
    const phases: string[] = []
    const scoring = scoreFeatures(real, fake, {
      signal: controller.signal,
      onProgress: (phase) => {
        phases.push(phase)
        if (phase === 'precision and recall') controller.abort()
      },
    })
    await expect(scoring).rejects.toMatchObject({ code: 'cancelled' })
    expect(phases.at(-1)).toBe('precision and recall')
  })
})

const dropColumn = (features: Features) => withColumns(features, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])

test('the list of metrics has distinct ids and marks what reads real images', () => {
  expect(new Set(imageMetrics.map((metric) => metric.id)).size).toBe(imageMetrics.length)
  for (const metric of imageMetrics) expect(metric.readsPrivateData).toBe(metric.needs === 'features')
})
