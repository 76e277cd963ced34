/** What programs are written with. Numbers may stand for values; shapes broadcast as NumPy's do. */
import { LetheError } from '../../contract/errors.ts'
import {
  addNode,
  assign,
  gradients,
  read,
  valueOf,
  variable,
  write,
  type Attribute,
  type ElementType,
  type Gradient,
  type Graph,
  type Shape,
  type Value,
  type Variable,
} from './graph.ts'

type Operand = Value | number

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)
const T = (type: ElementType = 'float32') => ({ T: { type } })

/** A constant inside the program. */
export function constant(
  graph: Graph,
  values: readonly number[] | number,
  shape: Shape = [],
  type: ElementType = 'float32',
): Value {
  const list = typeof values === 'number' ? [values] : values
  const tensor = type === 'float32' ? Float32Array.from(list) : Int32Array.from(list)
  return valueOf(
    graph,
    addNode(graph, 'Const', [], { attributes: { dtype: { type }, value: { tensor, shape } } }),
    shape,
    type,
  )
}
const integers = (graph: Graph, values: readonly number[]): Value => constant(graph, values, [values.length], 'int32')

function one(
  operation: string,
  x: Value,
  gradient?: Gradient,
  attributes: Record<string, Attribute> = {},
  shape = x.shape,
): Value {
  const node = addNode(x.graph, operation, [x], {
    attributes: { ...T(), ...attributes },
    ...(gradient ? { gradient } : {}),
  })
  return valueOf(x.graph, node, shape)
}

export const negate = (x: Value): Value => one('Neg', x, (dy) => [negate(dy)])
export const exp = (x: Value): Value => one('Exp', x, (dy, y) => [multiply(dy, y)])
export const expm1 = (x: Value): Value => one('Expm1', x)
export const log = (x: Value): Value => one('Log', x, (dy) => [divide(dy, x)])
export const sqrt = (x: Value): Value => one('Sqrt', x, (dy, y) => [divide(multiply(dy, 0.5), y)])
export const square = (x: Value): Value => one('Square', x, (dy) => [multiply(dy, multiply(x, 2))])
export const sign = (x: Value): Value => one('Sign', x)
export const abs = (x: Value): Value => one('Abs', x, (dy) => [multiply(dy, sign(x))])
export const tanh = (x: Value): Value => one('Tanh', x, (dy, y) => [two('TanhGrad', y, dy, x.shape)])
export const relu = (x: Value): Value => one('Relu', x, (dy, y) => [two('ReluGrad', dy, y, x.shape)])
export const softplus = (x: Value): Value => one('Softplus', x, (dy) => [two('SoftplusGrad', dy, x, x.shape)])
/** The same value, through which no gradient flows. */
export const stopGradient = (x: Value): Value => one('Identity', x)
/** The same value under a name of the section, to be fed or fetched. */
export const named = (x: Value, name: string): Value =>
  valueOf(
    x.graph,
    addNode(x.graph, 'Identity', [x], { name, attributes: T(x.type), gradient: (dy) => [dy] }),
    x.shape,
    x.type,
  )

function two(operation: string, a: Value, b: Value, shape: Shape, gradient?: Gradient): Value {
  const node = addNode(a.graph, operation, [a, b], { attributes: T(a.type), ...(gradient ? { gradient } : {}) })
  return valueOf(a.graph, node, shape, a.type)
}

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    if (m !== n && m !== 1 && n !== 1) throw new LetheError('internal', `shapes [${a}] and [${b}] do not fit together`)
    return Math.max(m, n)
  })
}

/** The gradient of a value that was broadcast: summed back to its shape. */
function summedTo(dy: Value, shape: Shape): Value {
  if (dy.shape.length === shape.length && dy.shape.every((extent, i) => extent === shape[i])) return dy
  const lead = dy.shape.length - shape.length
  const axes = dy.shape.flatMap((extent, i) => (i < lead || (shape[i - lead] === 1 && extent !== 1) ? [i] : []))
  return reshape(sum(dy, axes), shape)
}

function binary(
  operation: string,
  gradient: (dy: Value, a: Value, b: Value, y: Value) => readonly [Value | null, Value | null],
) {
  return (a: Operand, b: Operand): Value => {
    const { graph } = (typeof a === 'number' ? b : a) as Value
    const [left, right] = [a, b].map((one) => (typeof one === 'number' ? constant(graph, one) : one)) as [Value, Value]
    return two(operation, left, right, broadcast(left.shape, right.shape), (dy, y) => {
      const [da, db] = gradient(dy, left, right, y)
      return [da && summedTo(da, left.shape), db && summedTo(db, right.shape)]
    })
  }
}

export const add = binary('AddV2', (dy) => [dy, dy])
export const subtract = binary('Sub', (dy) => [dy, negate(dy)])
export const multiply = binary('Mul', (dy, a, b) => [multiply(dy, b), multiply(dy, a)])
export const divide = binary('RealDiv', (dy, a, b, y) => [divide(dy, b), negate(divide(multiply(dy, y), b))])
/** Rounded towards zero, as whole numbers. */
export const toIntegers = (x: Value): Value => {
  const attributes = { SrcT: { type: 'float32' }, DstT: { type: 'int32' } } as const
  return valueOf(x.graph, addNode(x.graph, 'Cast', [x], { attributes }), x.shape, 'int32')
}
export const addIntegers = (a: Value, b: Value): Value => two('AddV2', a, b, broadcast(a.shape, b.shape))
/** 1 where the comparison holds, else 0; no gradient. */
const compare =
  (operation: string) =>
  (a: Value, b: Operand): Value => {
    const right = typeof b === 'number' ? constant(a.graph, b) : b
    const node = addNode(a.graph, operation, [a, right], { attributes: T() })
    const flags = valueOf(a.graph, node, broadcast(a.shape, right.shape))
    const attributes = { SrcT: { type: 'bool' }, DstT: { type: 'float32' } } as const
    return valueOf(a.graph, addNode(a.graph, 'Cast', [flags], { attributes }), flags.shape)
  }
export const lessEqual = compare('LessEqual')
export const greaterEqual = compare('GreaterEqual')
export const less = compare('Less')
/** The smaller, or larger, of each pair; of equals the first takes the gradient. */
export const minimum = binary('Minimum', (dy, a, b) => choice(dy, lessEqual(a, b)))
export const maximum = binary('Maximum', (dy, a, b) => choice(dy, greaterEqual(a, b)))
const choice = (dy: Value, first: Value): [Value, Value] => [multiply(dy, first), multiply(dy, subtract(1, first))]
/** Cut to a range; no gradient flows where it was cut. */
export const clip = (x: Value, low: number, high: number): Value => {
  const inputs = [x, constant(x.graph, low), constant(x.graph, high)]
  const inside = (): Value => multiply(greaterEqual(x, low), lessEqual(x, high))
  const node = addNode(x.graph, 'ClipByValue', inputs, {
    attributes: T(),
    gradient: (dy) => [multiply(dy, inside()), null, null],
  })
  return valueOf(x.graph, node, x.shape)
}

/** a · b of matrices, either of them transposed first. */
export function matMul(a: Value, b: Value, transposed: { a?: boolean; b?: boolean } = {}): Value {
  const [ta, tb] = [transposed.a ?? false, transposed.b ?? false]
  const [rows, inner] = ta ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!]
  const [innerB, columns] = tb ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!]
  if (inner !== innerB) throw new LetheError('internal', `matrices [${a.shape}] and [${b.shape}] do not fit together`)
  const gradient: Gradient = (dy) => {
    if (ta || tb) throw new LetheError('internal', 'the gradient of a transposed product is not needed, nor written')
    return [matMul(dy, b, { b: true }), matMul(a, dy, { a: true })]
  }
  const attributes = { ...T(), transpose_a: { bool: ta }, transpose_b: { bool: tb } }
  return valueOf(a.graph, addNode(a.graph, 'MatMul', [a, b], { attributes, gradient }), [rows, columns])
}

/** As many products side by side: a [g, n, m] · b [g, m, k], either of each pair transposed first. */
export function matMuls(a: Value, b: Value, transposed: { a?: boolean; b?: boolean } = {}): Value {
  const [ta, tb] = [transposed.a ?? false, transposed.b ?? false]
  const [, rows, inner] = ta ? [a.shape[0]!, a.shape[2]!, a.shape[1]!] : (a.shape as [number, number, number])
  const [, innerB, columns] = tb ? [b.shape[0]!, b.shape[2]!, b.shape[1]!] : (b.shape as [number, number, number])
  if (inner !== innerB || a.shape[0] !== b.shape[0])
    throw new LetheError('internal', `stacks of matrices [${a.shape}] and [${b.shape}] do not fit together`)
  const gradient: Gradient = (dy) => {
    if (ta || tb) throw new LetheError('internal', 'the gradient of a transposed product is not needed, nor written')
    return [matMuls(dy, b, { b: true }), matMuls(a, dy, { a: true })]
  }
  const attributes = { ...T(), adj_x: { bool: ta }, adj_y: { bool: tb } }
  return valueOf(a.graph, addNode(a.graph, 'BatchMatMulV2', [a, b], { attributes, gradient }), [
    ...[a.shape[0]!, rows, columns],
  ])
}

/** Adds a bias to each row. */
export function biasAdd(x: Value, bias: Value): Value {
  const attributes = { ...T(), data_format: { text: 'NHWC' } }
  const gradient: Gradient = (dy) => [
    dy,
    one('BiasAddGrad', dy, undefined, { data_format: { text: 'NHWC' } }, bias.shape),
  ]
  return valueOf(x.graph, addNode(x.graph, 'BiasAdd', [x, bias], { attributes, gradient }), x.shape)
}

function reduce(operation: string, x: Value, axes: readonly number[], gradient?: Gradient): Value {
  const attributes = { ...T(), Tidx: { type: 'int32' }, keep_dims: { bool: false } } as const
  const shape = x.shape.filter((_, axis) => !axes.includes(axis))
  const node = addNode(x.graph, operation, [x, integers(x.graph, axes)], {
    attributes,
    ...(gradient ? { gradient } : {}),
  })
  return valueOf(x.graph, node, shape)
}
const allAxes = (x: Value): number[] => x.shape.map((_, axis) => axis)
const kept = (shape: Shape, axes: readonly number[]): number[] => shape.map((n, axis) => (axes.includes(axis) ? 1 : n))

/** Over these axes, which go; by default over all. */
export const sum = (x: Value, axes: readonly number[] = allAxes(x)): Value =>
  axes.length === 0 ? x : reduce('Sum', x, axes, (dy) => [broadcastTo(reshape(dy, kept(x.shape, axes)), x.shape), null])
export const mean = (x: Value, axes: readonly number[] = allAxes(x)): Value => {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1)
  return reduce('Mean', x, axes, (dy) => [
    multiply(broadcastTo(reshape(dy, kept(x.shape, axes)), x.shape), 1 / count),
    null,
  ])
}
/** The largest along an axis; no gradient flows through it. */
export const largest = (x: Value, axis: number): Value => reduce('Max', x, [axis])
/** log Σ exp along an axis. */
export function logSumExp(x: Value, axis: number): Value {
  const top = stopGradient(largest(x, axis))
  return add(log(sum(exp(subtract(x, reshape(top, kept(x.shape, [axis])))), [axis])), top)
}
/** Index of the largest along an axis. */
export function indexOfLargest(x: Value, axis: number): Value {
  const attributes = { ...T(), Tidx: { type: 'int32' }, output_type: { type: 'int32' } } as const
  const axisValue = constant(x.graph, axis, [], 'int32')
  const node = addNode(x.graph, 'ArgMax', [x, axisValue], { attributes })
  return valueOf(
    x.graph,
    node,
    x.shape.filter((_, one) => one !== axis),
    'int32',
  )
}

export function reshape(x: Value, shape: Shape): Value {
  if (size(shape) !== size(x.shape)) throw new LetheError('internal', `[${x.shape}] cannot be seen as [${shape}]`)
  const attributes = { ...T(x.type), Tshape: { type: 'int32' } } as const
  const gradient: Gradient = (dy) => [reshape(dy, x.shape), null]
  return valueOf(
    x.graph,
    addNode(x.graph, 'Reshape', [x, integers(x.graph, shape)], { attributes, gradient }),
    shape,
    x.type,
  )
}

export function broadcastTo(x: Value, shape: Shape): Value {
  const attributes = { ...T(), Tidx: { type: 'int32' } } as const
  const gradient: Gradient = (dy) => [summedTo(dy, x.shape), null]
  return valueOf(
    x.graph,
    addNode(x.graph, 'BroadcastTo', [x, integers(x.graph, shape)], { attributes, gradient }),
    shape,
  )
}

/** Each row `times` times in a row: [n, m] becomes [n · times, m]. */
export function repeatRows(x: Value, times: number): Value {
  const [rows, columns] = x.shape as [number, number]
  return reshape(broadcastTo(reshape(x, [rows, 1, columns]), [rows, times, columns]), [rows * times, columns])
}

/** Rows or columns side by side. */
export function concat(parts: readonly Value[], axis = 1): Value {
  const { graph, shape } = parts[0]!
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0)
  const attributes = { N: { int: parts.length }, ...T(), Tidx: { type: 'int32' } } as const
  const gradient: Gradient = (dy) => {
    let start = 0
    const slices = parts.map((part) => {
      const begin = dy.shape.map((_, i) => (i === axis ? start : 0))
      start += part.shape[axis]!
      return slice(dy, begin, part.shape)
    })
    return [...slices, null]
  }
  const node = addNode(graph, 'ConcatV2', [...parts, constant(graph, axis, [], 'int32')], { attributes, gradient })
  return valueOf(
    graph,
    node,
    shape.map((extent, i) => (i === axis ? total : extent)),
  )
}

export function slice(x: Value, begin: readonly number[], shape: Shape): Value {
  const attributes = { ...T(), Index: { type: 'int32' } } as const
  const gradient: Gradient = (dy) => {
    const paddings = x.shape.flatMap((extent, i) => [begin[i]!, extent - begin[i]! - shape[i]!])
    const pads = constant(x.graph, paddings, [x.shape.length, 2], 'int32')
    const node = addNode(x.graph, 'Pad', [dy, pads], { attributes: { ...T(), Tpaddings: { type: 'int32' } } })
    return [valueOf(x.graph, node, x.shape), null, null]
  }
  const inputs = [x, integers(x.graph, begin), integers(x.graph, shape)]
  return valueOf(x.graph, addNode(x.graph, 'Slice', inputs, { attributes, gradient }), shape)
}
/** Columns from … until of a matrix. */
export const columns = (x: Value, from: number, until: number): Value =>
  slice(x, [0, from], [x.shape[0]!, until - from])

/** The rows that `indices` name, of a table with any number of rows and `width` columns. */
export function rowsOf(table: Value, indices: Value, shape: Shape, name?: string): Value {
  const attributes = {
    Tparams: { type: table.type },
    Tindices: { type: 'int32' },
    Taxis: { type: 'int32' },
    batch_dims: { int: 0 },
  } as const
  const inputs = [table, indices, constant(table.graph, 0, [], 'int32')]
  const node = addNode(table.graph, 'GatherV2', inputs, { attributes, ...(name === undefined ? {} : { name }) })
  return valueOf(table.graph, node, shape, table.type)
}

// ---- random numbers: stateless kernels, seeded by a key of the run and the draw's own number --------------------------

function seeds(key: Value): Value {
  const { graph } = key
  return two('AddV2', key, constant(graph, [0, graph.nodes.length], [2], 'int32'), [2])
}
const random = { dtype: { type: 'float32' }, ...T('int32'), Tseed: { type: 'int32' } } as const

/** Standard normals. `key` is int32 [2]; another name, another draw. */
export const normal = (key: Value, name: string, shape: Shape): Value =>
  valueOf(
    key.graph,
    addNode(key.graph, 'StatelessRandomNormal', [integers(key.graph, shape), seeds(key)], { name, attributes: random }),
    shape,
  )
/** Uniform in [0, 1). */
export const uniform = (key: Value, name: string, shape: Shape): Value =>
  valueOf(
    key.graph,
    addNode(key.graph, 'StatelessRandomUniform', [integers(key.graph, shape), seeds(key)], {
      name,
      attributes: random,
    }),
    shape,
  )
/** Whole numbers from 0 to below the scalar `limit`. */
export const integersBelow = (key: Value, name: string, shape: Shape, limit: Value): Value =>
  valueOf(
    key.graph,
    addNode(
      key.graph,
      'StatelessRandomUniformInt',
      [integers(key.graph, shape), seeds(key), constant(key.graph, 0, [], 'int32'), limit],
      { name, attributes: { ...random, dtype: { type: 'int32' } } },
    ),
    shape,
    'int32',
  )

// ---- updates ---------------------------------------------------------------------------------------------------------

export interface AdamVariables {
  readonly variables: readonly Variable[]
  readonly first: readonly Variable[]
  readonly second: readonly Variable[]
  readonly step: Variable
}

/** Adam's state for these variables, itself variables of the program, called `name`. */
export function adamFor(graph: Graph, name: string, variables: readonly Variable[]): AdamVariables {
  const slot = (kind: string) => variables.map((one) => variable(graph, `${name}/${kind}/${one.name}`, one.shape))
  return { variables, first: slot('first'), second: slot('second'), step: variable(graph, `${name}/step`, []) }
}

/**
 * One step of Adam (Kingma and Ba, 2015) down the gradient of `loss`, its arithmetic as in PyTorch: m̂ / (√v̂ + ε). The kernel's own
 * correction adds ε to the uncorrected √v, so it is given none, and a rate and an ε that contain it.
 */
export function minimise(
  loss: Value,
  { variables, first, second, step }: AdamVariables,
  rate: number,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = {},
): void {
  const { graph } = loss
  const slopes = gradients(loss, variables.map(read), constant(graph, 1))
  const count = add(read(step), 1)
  write(step, 'AssignVariableOp', [count], { dtype: { type: 'float32' } })
  const correction = (beta: number): Value => negate(expm1(multiply(count, Math.log(Math.fround(beta)))))
  const root = sqrt(correction(beta2))
  const scalars = [
    constant(graph, 0),
    constant(graph, 0),
    divide(multiply(root, rate), correction(beta1)),
    constant(graph, beta1),
    constant(graph, beta2),
    multiply(root, epsilon),
  ]
  variables.forEach((one, i) => {
    const slots = [first[i]!, second[i]!].map((slot) => valueOf(graph, slot.handle, []))
    write(one, 'ResourceApplyAdam', [...slots, ...scalars, slopes[i]!], { ...T(), use_locking: { bool: false } })
    for (const slot of [first[i]!, second[i]!]) graph.writes.set(slot, graph.writes.get(one)!)
  })
}

export const setTo = assign

/** target ← target + rate · (source − target), pair by pair. */
export function moveTowards(targets: readonly Variable[], sources: readonly Variable[], rate: number): void {
  targets.forEach((target, i) => {
    const distance = subtract(read(target), read(sources[i]!))
    write(target, 'ResourceApplyGradientDescent', [constant(target.graph, rate), distance], {
      ...T(),
      use_locking: { bool: false },
    })
  })
}
