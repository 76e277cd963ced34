import fc from 'fast-check'
import { expect, test } from 'vitest'
import { philox4x32, restoreStream, rootStream } from './random.ts'

// Known answers: kat_vectors of the Random123 distribution, lines "philox4x32 10".
test.each([
  [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [Array(4).fill(0xffffffff), [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
])('Philox4x32-10 agrees with Random123 (%#)', (counter, key, expected) => {
  const block = new Uint32Array(counter as number[])
  philox4x32(block, key[0]!, key[1]!)
  expect([...block].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected)
})

test('a fork depends on seed and path alone', () => {
  const quiet = rootStream(7)
  const busy = rootStream(7n)
  busy.fork('other').normal()
  for (let i = 0; i < 5; i++) busy.uint32()
  expect(busy.fork('a').fork('b').uint32()).toBe(quiet.fork('a').fork('b').uint32())
  const first = [rootStream(8).fork('a'), quiet.fork('ab'), quiet.fork('a'), quiet.fork('a').fork('b'), quiet.fork('b')]
  expect(new Set(first.map((stream) => stream.state().key)).size).toBe(5)
})

test('a stream continues from its state bit by bit', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(50), fc.nat(9), (seed, draws, rest) => {
      const stream = rootStream(seed).fork('x')
      for (let i = 0; i < draws; i++) i % 3 ? stream.uint32() : stream.normal()
      const state = JSON.parse(JSON.stringify(stream.state()))
      const restored = restoreStream(state)
      const draw = (from: typeof stream) =>
        Array.from({ length: rest }, () => [from.normal(), from.integer(10), ...from.key()])
      const expected = draw(stream)
      expect(draw(restored)).toEqual(expected)
      stream.restore(state)
      expect(draw(stream)).toEqual(expected)
    }),
  )
})

test('blocks beyond 2³² are distinct', () => {
  const { key } = rootStream(1).state()
  const at = (counter: number) => restoreStream({ key, counter }).uint32()
  expect(at(0)).not.toBe(at(4 * 2 ** 32))
  expect(at(4 * 2 ** 32)).not.toBe(at(8 * 2 ** 32))
})

test('moments and tails', () => {
  const stream = rootStream(3)
  const n = 400_000
  const sums = [0, 0, 0, 0]
  let mean = 0
  let inside = 0
  let outside = 0
  for (let i = 0; i < n; i++) {
    const z = stream.normal()
    for (let power = 1; power <= 4; power++) sums[power - 1]! += z ** power
    if (Math.abs(z) < 1) inside++
    const u = stream.uniform()
    if (u < 0 || u >= 1) outside++
    mean += u
  }
  expect(outside).toBe(0)
  const error = 5 / Math.sqrt(n) // five standard errors of a quantity with unit variance
  expect(Math.abs(mean / n - 0.5)).toBeLessThan(error * Math.sqrt(1 / 12))
  expect(Math.abs(sums[0]! / n)).toBeLessThan(error)
  expect(Math.abs(sums[1]! / n - 1)).toBeLessThan(error * Math.sqrt(2))
  expect(Math.abs(sums[2]! / n)).toBeLessThan(error * Math.sqrt(15))
  expect(Math.abs(sums[3]! / n - 3)).toBeLessThan(error * Math.sqrt(96))
  expect(Math.abs(inside / n - 0.6826894921)).toBeLessThan(error * 0.466)
})

test('integers are in range and even', () => {
  const stream = rootStream(4)
  const counts = new Array(7).fill(0)
  for (let i = 0; i < 70_000; i++) counts[stream.integer(7)]++
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  expect(chiSquare).toBeLessThan(22.5) // 0.1 % point of chi-square with 6 degrees of freedom
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (n) => {
      const draw = stream.integer(n)
      expect(Number.isInteger(draw) && draw >= 0 && draw < n).toBe(true)
    }),
  )
  // 3/4 of 2³²: the lower third would come up twice as often with a plain remainder.
  let low = 0
  for (let i = 0; i < 30_000; i++) if (stream.integer(3 * 2 ** 30) < 2 ** 30) low++
  expect(Math.abs(low - 10_000)).toBeLessThan(5 * Math.sqrt(30_000 * (2 / 9)))
})

test('permutations are permutations, and uniform', () => {
  const stream = rootStream(5)
  fc.assert(
    fc.property(fc.nat(200), (n) => {
      expect([...stream.permutation(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
    }),
  )
  const counts = new Map<string, number>()
  for (let i = 0; i < 24_000; i++) {
    const order = stream.permutation(4).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  expect(counts.size).toBe(24)
  expect(chiSquare).toBeLessThan(49.7) // 0.1 % point with 23 degrees of freedom
})

test('bad seeds and states are refused', () => {
  for (const seed of [-1, 1.5, NaN, 2n ** 64n]) expect(() => rootStream(seed)).toThrow(/seed: expected an integer/)
  expect(() => restoreStream({ key: 'x', counter: 0 })).toThrow(/32 hexadecimal digits/)
  expect(() => restoreStream({ key: '0'.repeat(32), counter: -1 })).toThrow(/counter/)
  expect(() => rootStream(1).restore(rootStream(2).state())).toThrow(/expected key/)
  expect(() => rootStream(1).integer(0)).toThrow(/from 1 to/)
})
