/** Programs against the tape and plain arithmetic. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadBackend } from '../backend.ts'
import { statelessNormal, statelessUniform } from '../kernels.ts'
import { tf } from '../tf.ts'
import { gradients, input, makeGraph, read, section, variable, type Value } from './graph.ts'
import * as op from './operations.ts'
import { compile } from './program.ts'

beforeAll(async () => void (await loadBackend()))

const values = (tensor: tf.Tensor): number[] => {
  const list = [...tensor.dataSync()]
  tensor.dispose()
  return list
}
const close = (a: readonly number[], b: readonly number[], tolerance: number): void => {
  expect(a.length).toBe(b.length)
  const worst = Math.max(...a.map((value, i) => Math.abs(value - b[i]!) / Math.max(1, Math.abs(b[i]!))))
  expect(worst).toBeLessThan(tolerance)
}

/** Each: of x [4, 6] and y [4, 6], both positive and below 1; a scalar. */
const cases: Record<string, [(x: Value, y: Value) => Value, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor]> = {
  arithmetic: [
    (x, y) => op.divide(op.multiply(op.add(x, 2), op.subtract(1, y)), op.add(op.square(x), y)),
    (x, y) => tf.div(tf.mul(tf.add(x, 2), tf.sub(1, y)), tf.add(tf.square(x), y)),
  ],
  functions: [
    (x, y) => op.add(op.log(op.sqrt(x)), op.multiply(op.exp(op.negate(y)), op.tanh(op.softplus(x)))),
    (x, y) => tf.add(tf.log(tf.sqrt(x)), tf.mul(tf.exp(tf.neg(y)), tf.tanh(tf.softplus(x)))),
  ],
  choices: [
    (x, y) => op.add(op.minimum(x, y), op.multiply(op.maximum(op.square(x), y), op.abs(op.subtract(x, y)))),
    (x, y) => tf.add(tf.minimum(x, y), tf.mul(tf.maximum(tf.square(x), y), tf.abs(tf.sub(x, y)))),
  ],
  cut: [(x, y) => op.multiply(op.clip(x, 0.2, 0.7), y), (x, y) => tf.mul(tf.clipByValue(x, 0.2, 0.7), y)],
  rows: [
    (x, y) => op.multiply(op.repeatRows(op.columns(x, 1, 4), 2), op.reshape(op.columns(y, 0, 6), [8, 3])),
    (x, y) =>
      tf.mul(
        tf.reshape(tf.tile(tf.reshape(tf.slice(x, [0, 1], [4, 3]), [4, 1, 3]), [1, 2, 1]), [8, 3]),
        tf.reshape(y, [8, 3]),
      ),
  ],
  joined: [
    (x, y) => op.square(op.mean(op.concat([x, op.multiply(y, 3), x]), [1])),
    (x, y) => tf.square(tf.mean(tf.concat([x, tf.mul(y, 3), x], 1), 1)),
  ],
  stacks: [
    (x, y) => op.matMuls(op.reshape(x, [2, 3, 4]), op.square(op.reshape(y, [2, 4, 3]))),
    (x, y) => tf.matMul(tf.reshape(x, [2, 3, 4]), tf.square(tf.reshape(y, [2, 4, 3]))),
  ],
  logSumExp: [
    (x, y) => op.logSumExp(op.multiply(op.add(x, y), 30), 1),
    (x, y) => tf.logSumExp(tf.mul(tf.add(x, y), 30), 1),
  ],
  broadcast: [
    (x, y) => op.multiply(op.sum(x, [0]), op.reshape(op.mean(y, [1]), [4, 1])),
    (x, y) => tf.mul(tf.sum(x, 0), tf.reshape(tf.mean(y, 1), [4, 1])),
  ],
}

describe('operations and their gradients', () => {
  test.each(Object.keys(cases))('%s', (name) => {
    const [ours, theirs] = cases[name]!
    const graph = makeGraph()
    const [x, y] = [input(graph, 'x', [4, 6]), input(graph, 'y', [4, 6])]
    section(graph, 'all', () => {
      const loss = op.sum(op.square(ours(op.multiply(x, 1), op.multiply(y, 1))))
      const [dx, dy] = gradients(loss, [x, y], op.constant(graph, 1))
      return { loss, dx: dx!, dy: dy! }
    })
    const program = compile(graph)
    const feeds = {
      x: tf.tidy(() => tf.add(tf.mul(statelessUniform([4, 6], [1, 2]), 0.9), 0.05)),
      y: tf.tidy(() => tf.add(tf.mul(statelessUniform([4, 6], [3, 4]), 0.9), 0.05)),
    }
    const got = program.run('all', feeds, ['loss', 'dx', 'dy'])
    const reference = tf.valueAndGrads((a, b) => tf.sum(tf.square(theirs(a, b))))([feeds.x, feeds.y])
    close(values(got.loss), values(reference.value), 1e-5)
    close(values(got.dx), values(reference.grads[0]!), 1e-5)
    close(values(got.dy), values(reference.grads[1]!), 1e-5)
    tf.dispose(feeds)
    program.close()
  })
})

/** Two layers fitted to noise, in plain double arithmetic and in a program. */
test('Adam steps through a network are those of plain arithmetic', () => {
  const graph = makeGraph()
  const [w, b, v] = [variable(graph, 'w', [3, 5]), variable(graph, 'b', [5]), variable(graph, 'v', [5, 1])]
  const adam = op.adamFor(graph, 'adam', [w, b, v])
  const slow = variable(graph, 'slow', [3, 5])
  const x = input(graph, 'x', [8, 3])
  section(graph, 'step', () => {
    const hidden = op.relu(op.biasAdd(op.matMul(x, read(w)), read(b)))
    const loss = op.mean(op.square(op.subtract(op.matMul(hidden, read(v)), 1)))
    op.minimise(loss, adam, 0.01)
    op.moveTowards([slow], [w], 0.1)
    return { loss }
  })
  const program = compile(graph)
  const zeros = Object.fromEntries([...graph.variables.values()].map(({ name, shape }) => [name, tf.zeros([...shape])]))
  const start = { w: statelessNormal([3, 5], [1, 1]), b: tf.zeros([5]), v: statelessNormal([5, 1], [2, 1]) }
  program.load({ ...zeros, ...start })
  const data = statelessNormal([8, 3], [5, 5])
  const weights = { w: [...start.w.dataSync()], b: [...start.b.dataSync()], v: [...start.v.dataSync()] }
  const moments = Object.fromEntries(
    Object.entries(weights).map(([name, list]) => [name, { m: list.map(() => 0), v: list.map(() => 0) }]),
  )
  const rows = data.arraySync() as number[][]
  const slowly = new Array<number>(15).fill(0)
  for (let step = 1; step <= 20; step++) {
    const gradient = {
      w: new Array<number>(15).fill(0),
      b: new Array<number>(5).fill(0),
      v: new Array<number>(5).fill(0),
    }
    let loss = 0
    for (const row of rows) {
      const pre = weights.b.map((bias, j) => bias + row.reduce((s, value, i) => s + value * weights.w[5 * i + j]!, 0))
      const error = pre.reduce((s, h, j) => s + Math.max(0, h) * weights.v[j]!, 0) - 1
      loss += error ** 2 / 8
      pre.forEach((h, j) => {
        if (h <= 0) return
        gradient.v[j]! += (error * h) / 4
        gradient.b[j]! += (error * weights.v[j]!) / 4
        row.forEach((value, i) => (gradient.w[5 * i + j]! += (error * weights.v[j]! * value) / 4))
      })
    }
    close(values(program.run('step', { x: data }, ['loss']).loss), [loss], 1e-4)
    for (const [name, list] of Object.entries(weights) as ['w' | 'b' | 'v', number[]][])
      list.forEach((value, i) => {
        const { m, v } = moments[name]!
        m[i] = 0.9 * m[i]! + 0.1 * gradient[name][i]!
        v[i] = 0.999 * v[i]! + 0.001 * gradient[name][i]! ** 2
        list[i] = value - (0.01 * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8)
      })
    slowly.forEach((value, i) => (slowly[i] = value + 0.1 * (weights.w[i]! - value)))
  }
  const saved = program.save()
  close([...saved['w']!.dataSync()], weights.w, 1e-4)
  close([...saved['b']!.dataSync()], weights.b, 1e-4)
  close([...saved['slow']!.dataSync()], slowly, 1e-4)
  expect(saved['adam/step']!.dataSync()[0]).toBe(20)
  tf.dispose([zeros, start, data, saved])
  program.close()
})

test('programs keep their variables apart, take any named value as given, and leave no tensor behind', () => {
  const make = () => {
    const graph = makeGraph()
    const total = variable(graph, 'total', [2])
    const key = input(graph, 'key', [2], 'int32')
    section(graph, 'draw', () => {
      const noise = op.normal(key, 'noise', [2])
      const before = read(total)
      op.moveTowards([total], [total], 0)
      return { noise, sum: op.add(before, noise), before }
    })
    return compile(graph)
  }
  const [a, b] = [make(), make()]
  const [one, two] = [tf.tensor1d([1, 1]), tf.tensor1d([2, 2])]
  a.load({ total: one })
  b.load({ total: two })
  const key = tf.tensor1d([7, 8], 'int32')
  const before = tf.memory().numTensors
  const first = values(a.run('draw', { key }, ['noise']).noise)
  expect(values(b.run('draw', { key }, ['noise']).noise)).toEqual(first)
  expect(values(a.run('draw', { key, noise: two }, ['sum']).sum)).toEqual([3, 3])
  expect(values(b.run('draw', { key, noise: two }, ['sum']).sum)).toEqual([4, 4])
  expect(tf.memory().numTensors).toBe(before)
  expect(() => a.load({ total: tf.scalar(1) })).toThrow('total: expected shape [2], found []')
  a.close()
  b.close()
})
