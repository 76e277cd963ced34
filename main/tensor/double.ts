/**
 * Linear algebra in float64 at native speed. tfjs knows no float64, but TensorFlow does, and the addon passes kernels
 * through by name without looking at element types. Doubles enter and leave as int64 (same width, so the same shape)
 * and are reinterpreted by `Bitcast`; in between, every kernel runs on real doubles.
 *
 * Two floors: functions from matrix to matrix for everyday use, and `withDoubles` for work that chains kernels.
 * Nothing stays behind: all tensors of a call are deleted when it returns or throws.
 */
import { LetheError } from '../contract/errors.ts'
import { findNative } from './native.ts'

/** Row-major. */
export interface Matrix {
  readonly data: Float64Array
  readonly rows: number
  readonly columns: number
}

/** A native tensor of doubles, alive until the `withDoubles` that made it ends. */
export interface Double {
  readonly id: number
  readonly shape: readonly number[]
}

export interface Transposes {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

export interface Doubles {
  /** Values of the given shape; float32 is widened natively. The array must not change before the work ends. */
  upload(data: Float32Array | Float64Array, shape: readonly number[]): Double
  download(value: Double): Float64Array
  matMul(a: Double, b: Double, transposes?: Transposes): Double
  /** Elementwise with broadcasting. */
  add(a: Double, b: Double): Double
  subtract(a: Double, b: Double): Double
  /** Rows are kept; columns `start` to `end`. */
  columns(a: Double, start: number, end: number): Double
  /** Sum over the rows of a matrix: one value for each column. */
  columnSums(a: Double): Double
  /** Frees a tensor before the end. */
  release(...values: Double[]): void
  /** Any kernel by name. Attributes are type or boolean; those that follow from the inputs' types may be left out. */
  run(
    kernel: string,
    inputs: readonly (Double | Int32Array)[],
    attributes?: Readonly<Record<string, boolean>>,
    outputs?: number,
  ): Double[]
}

interface Binding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_INT64: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_BOOL: number
  createTensor(shape: readonly number[], type: number, values: Float32Array | Int32Array): number
  deleteTensor(id: number): void
  executeOp(
    kernel: string,
    attributes: object[],
    ids: readonly number[],
    outputs: number,
  ): { id: number; shape: number[] }[]
  /** Of an int64 tensor: a BigInt64Array in a buffer of its own. */
  tensorDataSync(id: number): BigInt64Array
}

/** TensorFlow's DT_DOUBLE; the addon exports names only for the types tfjs has. */
const doubleType = 2

/** Runs `work` and deletes every tensor it made. Throws `backend-missing` where TensorFlow is not loaded. */
export function withDoubles<Result>(work: (doubles: Doubles) => Result): Result {
  const backend = findNative()
  if (!backend) {
    throw new LetheError(
      'backend-missing',
      'float64 algebra needs native TensorFlow, which is not loaded',
      'Call loadBackend first.',
    )
  }
  const binding = backend.binding as unknown as Binding
  const alive = new Set<number>()
  const own = ({ id, shape }: { id: number; shape: readonly number[] }): Double => {
    alive.add(id)
    return { id, shape }
  }
  const release = (...values: readonly Double[]): void => {
    for (const { id } of values) if (alive.delete(id)) binding.deleteTensor(id)
  }
  const type = (name: string, value: number): object => ({ name, type: binding.TF_ATTR_TYPE, value })
  const create = (shape: readonly number[], element: number, values: Float32Array | Int32Array): Double =>
    own({ id: binding.createTensor(shape, element, values), shape })
  const execute = (kernel: string, attributes: object[], inputs: readonly Double[], outputs: number): Double[] => {
    try {
      const ids = inputs.map((input) => input.id)
      return binding.executeOp(kernel, attributes, ids, outputs).map(own)
    } catch (cause) {
      const reason = String((cause as Error).message).replace(/\s+/g, ' ')
      const found = inputs.map((input) => `double[${input.shape.join(', ')}]`).join(', ')
      throw /OOM|RESOURCE_EXHAUSTED/.test(reason)
        ? new LetheError('out-of-memory', `${kernel}(${found}): ${reason}`, 'Use fewer rows or features.', { cause })
        : new LetheError('internal', `${kernel}(${found}): ${reason}`, '', { cause })
    }
  }
  const single = (kernel: string, attributes: object[], inputs: readonly Double[]): Double =>
    execute(kernel, attributes, inputs, 1)[0] as Double
  const convert = (kernel: string, attributes: object[], input: Double): Double => {
    const output = single(kernel, attributes, [input])
    release(input)
    return output
  }

  const doubles: Doubles = {
    release,
    upload(data, shape) {
      if (data instanceof Float32Array) {
        const narrow = create(shape, binding.TF_FLOAT, data)
        return convert('Cast', [type('SrcT', binding.TF_FLOAT), type('DstT', doubleType)], narrow)
      }
      const words = create(shape, binding.TF_INT64, new Int32Array(data.buffer, data.byteOffset, data.length * 2))
      return convert('Bitcast', [type('T', binding.TF_INT64), type('type', doubleType)], words)
    },
    download(value) {
      const words = single('Bitcast', [type('T', doubleType), type('type', binding.TF_INT64)], [value])
      const data = new Float64Array(binding.tensorDataSync(words.id).buffer)
      release(words)
      return data
    },
    run(kernel, inputs, attributes = {}, outputs = 1) {
      const list = Object.entries(attributes).map(([name, value]) => ({ name, type: binding.TF_ATTR_BOOL, value }))
      const made: Double[] = []
      const tensors = inputs.map((input) => {
        if (!(input instanceof Int32Array)) return input
        const tensor = create([input.length], binding.TF_INT32, input)
        made.push(tensor)
        return tensor
      })
      const results = execute(kernel, list, tensors, outputs)
      release(...made)
      return results
    },
    matMul: (a, b, { transposeA = false, transposeB = false } = {}) =>
      doubles.run('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB })[0] as Double,
    add: (a, b) => doubles.run('AddV2', [a, b])[0] as Double,
    subtract: (a, b) => doubles.run('Sub', [a, b])[0] as Double,
    columns: (a, start, end) =>
      doubles.run('Slice', [a, Int32Array.of(0, start), Int32Array.of(a.shape[0] ?? 0, end - start)])[0] as Double,
    columnSums: (a) => doubles.run('Sum', [a, Int32Array.of(0)], { keep_dims: false })[0] as Double,
  }
  try {
    return work(doubles)
  } finally {
    for (const id of alive) binding.deleteTensor(id)
  }
}

/** a · b, either side transposed first where asked. */
export function matMul(a: Matrix, b: Matrix, transposes: Transposes = {}): Matrix {
  const [rows, inner] = transposes.transposeA ? [a.columns, a.rows] : [a.rows, a.columns]
  const [other, columns] = transposes.transposeB ? [b.columns, b.rows] : [b.rows, b.columns]
  if (inner !== other) throw mismatch('matMul', `${inner} rows on the right`, `${other}`)
  return withDoubles((doubles) => {
    const product = doubles.matMul(uploadMatrix(doubles, a), uploadMatrix(doubles, b), transposes)
    return { data: doubles.download(product), rows, columns }
  })
}

/** Eigenvalues, ascending, and unit eigenvectors as columns, of a symmetric matrix (its lower triangle is read). */
export function symmetricEigen(a: Matrix): { readonly values: Float64Array; readonly vectors: Matrix } {
  requireSquare('symmetricEigen', a)
  return withDoubles((doubles) => {
    const [values, vectors] = doubles.run('SelfAdjointEigV2', [uploadMatrix(doubles, a)], { compute_v: true }, 2)
    return {
      values: doubles.download(values as Double),
      vectors: { data: doubles.download(vectors as Double), rows: a.rows, columns: a.columns },
    }
  })
}

/** Eigenvalues of a symmetric matrix, ascending; several times faster than with vectors. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  requireSquare('symmetricEigenvalues', a)
  return withDoubles((doubles) => {
    const [values] = doubles.run('SelfAdjointEigV2', [uploadMatrix(doubles, a)], { compute_v: false }, 2)
    return doubles.download(values as Double)
  })
}

/** The lower triangular L with L · Lᵀ = a, or null where `a` is not numerically positive definite. */
export function cholesky(a: Matrix): Matrix | null {
  requireSquare('cholesky', a)
  try {
    return withDoubles((doubles) => {
      const [factor] = doubles.run('Cholesky', [uploadMatrix(doubles, a)])
      const data = doubles.download(factor as Double)
      return data.every(Number.isFinite) ? { data, rows: a.rows, columns: a.columns } : null
    })
  } catch (error) {
    if (error instanceof LetheError && /not successful/.test(error.message)) return null
    throw error
  }
}

/** Singular values, descending. */
export function singularValues(a: Matrix): Float64Array {
  return withDoubles((doubles) => {
    const outputs = doubles.run('Svd', [uploadMatrix(doubles, a)], { compute_uv: false, full_matrices: false }, 3)
    return doubles.download(outputs[0] as Double)
  })
}

function uploadMatrix(doubles: Doubles, { data, rows, columns }: Matrix): Double {
  if (data.length !== rows * columns) throw mismatch('matrix', `${rows} × ${columns} values`, `${data.length}`)
  return doubles.upload(data, [rows, columns])
}

function requireSquare(what: string, { rows, columns }: Matrix): void {
  if (rows !== columns) throw mismatch(what, 'a square matrix', `${rows} × ${columns}`)
}

function mismatch(what: string, expected: string, found: string): LetheError {
  return new LetheError('internal', `${what}: expected ${expected}, found ${found}`)
}
