import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend } from './backend.ts'
import { findNative } from './native.ts'
import {
  cholesky,
  matMul,
  singularValues,
  symmetricEigen,
  symmetricEigenvalues,
  withDoubles,
  type Matrix,
} from './double.ts'

beforeAll(async () => {
  await loadBackend()
})

/** A fixed matrix without structure: fractional parts of multiples of irrational numbers. */
function sample(rows: number, columns: number, seed = 1): Matrix {
  const data = Float64Array.from(
    { length: rows * columns },
    (_, i) => (((i + seed) * Math.SQRT2 * 1e3 + i * i * Math.E) % 1) - 0.5,
  )
  return { data, rows, columns }
}

const at = ({ data, columns }: Matrix, row: number, column: number): number => data[row * columns + column]!

function naiveProduct(a: Matrix, b: Matrix): Matrix {
  const data = new Float64Array(a.rows * b.columns)
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.columns; j++)
      for (let k = 0; k < a.columns; k++) data[i * b.columns + j]! += at(a, i, k) * at(b, k, j)
  return { data, rows: a.rows, columns: b.columns }
}

function transposed(a: Matrix): Matrix {
  const data = new Float64Array(a.data.length)
  for (let i = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++) data[j * a.rows + i] = at(a, i, j)
  return { data, rows: a.columns, columns: a.rows }
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(Math.abs(found[i]! - expected[i]!)).toBeLessThanOrEqual(tolerance)
}

/** Eigenvalues of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, §8.5): slow, simple, accurate. */
function jacobiEigenvalues(a: Matrix): Float64Array {
  const n = a.rows
  const m = Float64Array.from(a.data)
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = m[p * n + q]!
        if (off === 0) continue
        const theta = (m[q * n + q]! - m[p * n + p]!) / (2 * off)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const c = 1 / Math.hypot(t, 1)
        const s = t * c
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[k * n + p]!, m[k * n + q]!]
          m[k * n + p] = c * x - s * y
          m[k * n + q] = s * x + c * y
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[p * n + k]!, m[q * n + k]!]
          m[p * n + k] = c * x - s * y
          m[q * n + k] = s * x + c * y
        }
      }
    }
  }
  return Float64Array.from({ length: n }, (_, i) => m[i * n + i]!).sort()
}

describe('float64 algebra', () => {
  test('products in all four transpositions, to the last bits', () => {
    const a = sample(17, 23)
    const b = sample(23, 9, 5)
    const expected = naiveProduct(a, b)
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const left = transposeA ? transposed(a) : a
        const right = transposeB ? transposed(b) : b
        const product = matMul(left, right, { transposeA, transposeB })
        expect([product.rows, product.columns]).toEqual([17, 9])
        expectClose(product.data, expected.data, 1e-15)
      }
    }
  })

  test('keeps bits that float32 has not', () => {
    const tiny = 2 ** -40
    const { data } = matMul(
      { data: Float64Array.of(1 + tiny), rows: 1, columns: 1 },
      { data: Float64Array.of(1), rows: 1, columns: 1 },
    )
    expect(data[0]).toBe(1 + tiny)
  })

  test('eigenvalues as by Jacobi rotations, eigenvectors that solve a v = λ v', () => {
    const half = sample(12, 20)
    const a = naiveProduct(half, transposed(half))
    const expected = jacobiEigenvalues(a)
    expectClose(symmetricEigenvalues(a), expected, 1e-14)
    const { values, vectors } = symmetricEigen(a)
    expectClose(values, expected, 1e-14)
    const scaled = { ...vectors, data: vectors.data.map((v, i) => v * values[i % 12]!) }
    expectClose(naiveProduct(a, vectors).data, scaled.data, 1e-14)
    const gram = naiveProduct(transposed(vectors), vectors)
    expectClose(
      gram.data,
      Float64Array.from({ length: 144 }, (_, i) => (i % 13 === 0 ? 1 : 0)),
      1e-14,
    )
  })

  test('a Cholesky factor, or null where there is none', () => {
    const half = sample(8, 20)
    const a = naiveProduct(half, transposed(half))
    const factor = cholesky(a)!
    expectClose(naiveProduct(factor, transposed(factor)).data, a.data, 1e-14)
    for (let i = 0; i < 8; i++) for (let j = i + 1; j < 8; j++) expect(at(factor, i, j)).toBe(0)
    expect(cholesky({ data: Float64Array.of(1, 2, 2, 1), rows: 2, columns: 2 })).toBeNull()
    expect(cholesky({ data: Float64Array.of(1, 0, 0, 0), rows: 2, columns: 2 })).toBeNull()
    expect(cholesky({ data: Float64Array.of(1, NaN, NaN, 1), rows: 2, columns: 2 })).toBeNull()
  })

  test('singular values are the roots of the eigenvalues of aᵀa', () => {
    const a = sample(9, 6)
    const expected = jacobiEigenvalues(naiveProduct(transposed(a), a))
      .map(Math.sqrt)
      .reverse()
    expectClose(singularValues(a), expected, 1e-14)
    expectClose(singularValues(transposed(a)), expected, 1e-14)
  })

  test('views into larger buffers, and float32 widened', () => {
    const buffer = Float64Array.of(9, 9, 9, 1, 2, 3, 4, 9)
    const view = { data: buffer.subarray(3, 7), rows: 2, columns: 2 }
    expect([...matMul(view, view).data]).toEqual([7, 10, 15, 22])
    const sums = withDoubles((doubles) => {
      const values = doubles.upload(Float32Array.of(0.1, 1, 0.2, 2), [2, 2])
      return doubles.download(doubles.columnSums(values))
    })
    expect([...sums]).toEqual([Math.fround(0.1) + Math.fround(0.2), 3])
  })

  test('columns, sums and differences with broadcasting', () => {
    const result = withDoubles((doubles) => {
      const values = doubles.upload(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3])
      const row = doubles.upload(Float64Array.of(10, 20), [1, 2])
      const right = doubles.columns(values, 1, 3)
      return [doubles.download(doubles.add(right, row)), doubles.download(doubles.subtract(right, row))]
    })
    expect(result.map((part) => [...part])).toEqual([
      [12, 23, 15, 26],
      [-8, -17, -5, -14],
    ])
  })

  test('leaves no tensor behind, whether it returns or throws', () => {
    const binding = findNative()!.binding as unknown as { getNumOfTensors(): number }
    const before = binding.getNumOfTensors()
    const a = sample(6, 6)
    matMul(a, a)
    symmetricEigen(matMul(a, a, { transposeB: true }))
    singularValues(a)
    cholesky({ data: new Float64Array(4), rows: 2, columns: 2 })
    const failing = () =>
      withDoubles((doubles) => {
        const value = doubles.upload(a.data, [6, 6])
        expect(binding.getNumOfTensors()).toBe(before + 1)
        return doubles.run('NoSuchKernel', [value, Int32Array.of(1)])
      })
    expect(failing).toThrow(/NoSuchKernel\(double\[6, 6\]/)
    expect(binding.getNumOfTensors()).toBe(before)
  })

  test('names shapes that do not fit', () => {
    expect(() => matMul(sample(2, 3), sample(2, 3))).toThrow('matMul: expected 3 rows on the right, found 2')
    expect(() => symmetricEigenvalues(sample(2, 3))).toThrow('expected a square matrix, found 2 × 3')
    expect(() => singularValues({ data: new Float64Array(5), rows: 2, columns: 3 })).toThrow(
      'expected 2 × 3 values, found 5',
    )
  })
})
