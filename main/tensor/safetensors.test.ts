import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { loadBackend } from './backend.ts'
import {
  decodeParameters,
  encodeParameters,
  readSafetensors,
  writeSafetensors,
  type StoredTensor,
} from './safetensors.ts'
import { tf } from './tf.ts'

beforeAll(() => loadBackend({ allowJavaScript: true }))

/** A file with this header text and so many bytes of data. */
function file(header: string | object, data = 0, claimed?: number): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(claimed ?? text.length))
  return new Uint8Array(Buffer.concat([length, text, Buffer.alloc(data)]))
}

const four = { dtype: 'F32', shape: [1], data_offsets: [0, 4] }

test('any tensors survive, and equal content gives equal bytes', () => {
  const stored = fc.oneof(
    fc.float32Array({ maxLength: 6 }).map((data): StoredTensor => ({ dtype: 'F32', shape: [data.length], data })),
    fc.float64Array({ maxLength: 6 }).map((data): StoredTensor => ({ dtype: 'F64', shape: [data.length, 1], data })),
    fc.bigInt64Array({ maxLength: 6 }).map((data): StoredTensor => ({ dtype: 'I64', shape: [1, data.length], data })),
    fc.uint8Array({ maxLength: 7 }).map((data): StoredTensor => ({ dtype: 'U8', shape: [data.length], data })),
  )
  const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__')
  fc.assert(
    fc.property(fc.array(fc.tuple(name, stored)), fc.dictionary(name, fc.string()), (entries, metadata) => {
      const tensors = new Map(entries)
      const bytes = writeSafetensors(tensors, metadata)
      const again = readSafetensors(bytes)
      expect(new Map([...again.tensors].sort())).toEqual(new Map([...tensors].sort()))
      expect({ ...again.metadata }).toEqual({ ...metadata })
      expect(writeSafetensors(new Map([...tensors].reverse()), again.metadata)).toEqual(bytes)
    }),
  )
})

// Written by the Python package safetensors 0.8.0: save({"b": float32 [[1, -2.5]], "a": int64 [7, -1], "h": float16 [0.5, 65504]}, {"k": "v"}).
const reference =
  'wAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCJhIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJiIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxLDJdLCJkYXRhX29mZnNldHMiOlsxNiwyNF19LCJoIjp7ImR0eXBlIjoiRjE2Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMjQsMjhdfX0HAAAAAAAAAP//////////AACAPwAAIMAAOP97'

test('agrees with the reference implementation', () => {
  const bytes = new Uint8Array(Buffer.from(reference, 'base64'))
  const { tensors, metadata } = readSafetensors(bytes)
  expect(tensors.get('a')).toEqual({ dtype: 'I64', shape: [2], data: new BigInt64Array([7n, -1n]) })
  expect(tensors.get('b')).toEqual({ dtype: 'F32', shape: [1, 2], data: new Float32Array([1, -2.5]) })
  expect(metadata).toEqual({ k: 'v' })
  expect(writeSafetensors(tensors, metadata)).toEqual(bytes)
  const { parameters } = decodeParameters(bytes)
  expect([...parameters.h!.dataSync()]).toEqual([0.5, 65504])
  expect([...parameters.a!.dataSync()]).toEqual([7, -1])
  tf.dispose(parameters)
})

test('half precision and bfloat16 decode to the nearest float32', () => {
  const data = new Uint16Array([0x0001, 0x03ff, 0x3c00, 0xc000, 0x7c00, 0xfc00, 0x3555])
  const half = writeSafetensors(new Map([['x', { dtype: 'F16' as const, shape: [7], data }]]))
  const expected = [2 ** -24, 1023 * 2 ** -24, 1, -2, Infinity, -Infinity, 0.333251953125]
  expect([...decodeParameters(half).parameters.x!.dataSync()]).toEqual(expected)
  const brain = writeSafetensors(
    new Map([['x', { dtype: 'BF16' as const, shape: [2], data: new Uint16Array([0x3f80, 0xc049]) }]]),
  )
  expect([...decodeParameters(brain).parameters.x!.dataSync()]).toEqual([1, -3.140625])
})

test('parameter trees survive, with unfriendly names', () => {
  const parameters = {
    'conv.weight': tf.randomNormal([2, 3]),
    __proto__x: tf.tensor1d([1, 2], 'int32'),
    scalar: tf.scalar(3),
  }
  const again = decodeParameters(encodeParameters(parameters)).parameters
  for (const [name, tensor] of Object.entries(parameters)) {
    expect(again[name]!.shape).toEqual(tensor.shape)
    expect(again[name]!.dtype).toBe(tensor.dtype)
    expect(again[name]!.dataSync()).toEqual(tensor.dataSync())
  }
  const hostile = file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4)
  expect(Object.keys(decodeParameters(hostile).parameters)).toEqual(['__proto__'])
})

test.each([
  ['nothing', new Uint8Array(0), 'at least 8 bytes'],
  ['half a length', new Uint8Array(5), 'at least 8 bytes'],
  ['a header longer than the file', file('{}', 0, 1000), 'header of 1000 bytes in a file of 10'],
  ['a header of 2⁶³ bytes', file('{}', 0, 2 ** 63), 'at most 100000000'],
  ['text that is not JSON', file('{"a":'), 'header: '],
  ['bytes that are not UTF-8', file('{"a":"\xff"}', 0).map((byte) => (byte === 0xc3 ? 0xff : byte)), 'header: '],
  ['a list', file('[]'), 'not an object'],
  ['null', file('null'), 'not an object'],
  ['leading space', file(' {}'), 'not an object'],
  ['bytes after the last tensor', file({ a: four }, 5), '1 bytes after the last'],
  ['a tensor beyond the end', file({ a: four }, 3), 'holds only 3'],
  ['a hole', file({ a: { ...four, data_offsets: [4, 8] } }, 8), 'expected to begin at byte 0'],
  [
    'an overlap',
    file({ a: four, b: { dtype: 'F32', shape: [1], data_offsets: [2, 6] } }, 6),
    'expected to begin at byte 4',
  ],
  ['the same place twice', file({ a: four, b: four }, 4), 'expected to begin at byte 4'],
  ['a wrong size', file({ a: { ...four, shape: [2] } }, 4), 'expected 8 bytes for F32 [2], found 4'],
  ['a reversed range', file({ a: { ...four, data_offsets: [4, 0] } }, 4), 'found -4'],
  ['a negative size', file({ a: { ...four, shape: [-1, -1] } }, 4), 'shape of whole numbers'],
  ['a broken size', file({ a: { ...four, shape: [0.5, 2] } }, 4), 'shape of whole numbers'],
  ['sizes whose product overflows', file({ a: { ...four, shape: [2 ** 52, 2 ** 52, 0, 1] } }, 4), 'expected 0 bytes'],
  ['a shape that is a string', file({ a: { ...four, shape: '1' } }, 4), 'shape of whole numbers'],
  ['three offsets', file({ a: { ...four, data_offsets: [0, 2, 4] } }, 4), 'two offsets'],
  ['an unknown type', file({ a: { ...four, dtype: 'Q4' } }, 4), 'found "Q4"'],
  ['a type named like a method', file({ a: { ...four, dtype: 'toString' } }, 4), 'found "toString"'],
  ['an entry that is null', file({ a: null }), 'expected one of'],
  [
    'a name twice',
    file(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
    ),
    '"a" appears twice',
  ],
  ['metadata that is no string', file({ __metadata__: { a: 1 } }), 'names to strings'],
])('refuses %s', (_, bytes, message) => {
  expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(message)
  expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(/^x\.safetensors: /)
})

test('damaged files are refused or read, never a crash', () => {
  const bytes = new Uint8Array(Buffer.from(reference, 'base64'))
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(bytes.length),
      (edits, length) => {
        const damaged = bytes.slice(0, length)
        for (const [place, value] of edits) if (place < length) damaged[place] = value
        try {
          readSafetensors(damaged)
        } catch (error) {
          expect((error as Error).name).toBe('LetheError')
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('integers beyond 32 bits are refused, not cut', () => {
  const bytes = writeSafetensors(
    new Map([['x', { dtype: 'I64' as const, shape: [1], data: new BigInt64Array([2n ** 40n]) }]]),
  )
  expect(() => decodeParameters(bytes)).toThrow('within 32 bits')
})
