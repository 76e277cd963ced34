import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LetheError } from '../../contract/errors.ts'
import { inspect } from '../inspect.ts'
import fixtures from './fixtures/arrays.json'
import { encodeNpy, npyHeader, parseNpy, readNpy } from './npy.ts'
import { encodeNpz } from './npz.ts'
import { rawNpy, rawZip, temporaryFolder } from './testing.ts'

const folder = temporaryFolder()
const decode = (text: string) => Buffer.from(text, 'base64')
const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`

describe('NPY', () => {
  it.each(fixtures.files)('agrees with numpy on $name', async ({ name, bytes, dtype, shape, sha256, range, mean }) => {
    const found = await inspect(folder.write(`${name}.npy`, decode(bytes)))
    expect(found).toMatchObject({ format: 'npy', dtype, shape, sha256, items: shape[0] ?? 1 })
    expect(found.error).toBeUndefined()
    expect(found.range).toEqual(range)
    if (mean === null) expect(found.mean).toBeNull()
    else expect(found.mean).toBeCloseTo(mean, 10)
    expect(found.problems.map((problem) => problem.code)).toEqual(name === 'not-finite' ? ['not-finite'] : [])
  })

  it('counts what is not finite', async () => {
    const found = await inspect(folder.path('not-finite.npy'))
    expect(found.problems[0]).toMatchObject({
      severity: 'warning',
      message: expect.stringMatching(/^1 values are not a number, 2 are infinite/) as string,
    })
  })

  const f4 = header('<f4', '(2, 2)')
  const four = new Uint8Array(16)
  const bad: [string, Uint8Array, string, RegExp][] = [
    ['empty', new Uint8Array(0), 'file-malformed', /empty/],
    ['magic alone', rawNpy('', four).subarray(0, 6), 'file-malformed', /truncated|magic/],
    ['another magic', Buffer.from('NUMPY is not the magic'), 'file-malformed', /magic/],
    ['version 4', rawNpy(f4, four, 4), 'format-unsupported', /version 4/],
    ['a header cut short', rawNpy(f4, four).subarray(0, 30), 'file-malformed', /truncated/],
    ['a huge header', rawNpy(f4, four, 2).fill(0xff, 8, 12), 'file-too-large', /header of 4294967295/],
    ['objects', decode(fixtures.refused.objects), 'format-unsupported', /pickle/],
    ['records', decode(fixtures.refused.records), 'format-unsupported', /records/],
    ['complex numbers', rawNpy(header('<c8', '(2,)'), four), 'format-unsupported', /<c8/],
    ['text', rawNpy(header('<U4', '(1,)'), four), 'format-unsupported', /<U4/],
    ['no byte order', rawNpy(header('f4', '(4,)'), four), 'file-malformed', /byte order/],
    ['code for a header', rawNpy(`__import__('os').system('true')`, four), 'file-malformed', /header/],
    ['an expression for a shape', rawNpy(header('<f4', '(2*2,)'), four), 'file-malformed', /header/],
    ['a negative shape', rawNpy(header('<f4', '(-4,)'), four), 'file-malformed', /header/],
    ['a number for a shape', rawNpy(header('<f4', '(4)'), four), 'file-malformed', /header/],
    ['a key too many', rawNpy(f4.replace('}', `'more': True}`), four), 'file-malformed', /exactly/],
    ['a key twice', rawNpy(f4.replace('}', `'shape': (4,)}`), four), 'file-malformed', /header/],
    ['a key too few', rawNpy(`{'descr': '<f4', 'shape': (4,)}`, four), 'file-malformed', /exactly/],
    ['words after the header', rawNpy(`${f4} or True`, four), 'file-malformed', /header/],
    ['a prototype', rawNpy(f4.replace('descr', '__proto__'), four), 'file-malformed', /exactly/],
    ['too few values', rawNpy(header('<f4', '(5,)'), four), 'file-malformed', /20 bytes of values, 16/],
    ['too many values', rawNpy(header('<f4', '(3,)'), four), 'file-malformed', /more than the 12/],
    [
      'a shape beyond memory',
      rawNpy(header('<f8', '(4294967296, 4294967296, 4294967296)'), four),
      'file-too-large',
      /limit/,
    ],
    ['a shape beyond numbers', rawNpy(header('<f8', '(99999999999999999999,)'), four), 'file-malformed', /shape/],
  ]
  it.each(bad)('refuses %s', async (name, bytes, code, message) => {
    const path = folder.write(`bad/${name}.npy`, bytes)
    const found = await inspect(path, { as: 'npy' })
    expect(found.error).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(found.error!.message).toContain(path)
  })

  it('reads what it writes', async () => {
    const data = Float32Array.of(1, -2, 3.5, 0, 5, 6)
    const bytes = encodeNpy({ dtype: 'float32', shape: [2, 3], data })
    expect(npyHeader('float32', [2, 3]).length % 64).toBe(0)
    expect(parseNpy(bytes, 'x')).toEqual({ dtype: 'float32', shape: [2, 3], data })
    expect(await readNpy(bytes, 'x')).toEqual({ dtype: 'float32', shape: [2, 3], data })
    expect(() => encodeNpy({ dtype: 'float64', shape: [2, 3], data })).toThrow(LetheError)
  })

  it('writes the bytes numpy writes', () => {
    const vector = fixtures.files.find((file) => file.name === 'vector')!
    const data = BigInt64Array.from({ length: 11 }, (_, i) => BigInt(i))
    expect(encodeNpy({ dtype: 'int64', shape: [11], data })).toEqual(decode(vector.bytes))
  })

  it('reads arrays whole, float16 widened', async () => {
    const file = (name: string) => decode(fixtures.files.find((one) => one.name === name)!.bytes)
    const wide = await readNpy(file('little-f8'), 'f8')
    const narrow = await readNpy(file('big-f2'), 'f2')
    const turned = await readNpy(file('fortran'), 'fortran')
    expect(narrow.data).toBeInstanceOf(Float32Array)
    for (let i = 0; i < 60; i++) {
      expect(Number(narrow.data[i])).toBeCloseTo(Number(wide.data[i]), 0)
      expect(Number(turned.data[i])).toBeCloseTo(Number(wide.data[i]), 4)
    }
  })
})

describe('NPZ', () => {
  it.each(fixtures.archives)('agrees with numpy on $name', async ({ name, bytes, arrays }) => {
    const found = await inspect(folder.write(`${name}.npz`, decode(bytes)))
    expect(found.error).toBeUndefined()
    expect(found.format).toBe('npz')
    for (const [key, expected] of Object.entries(arrays))
      expect(found.parts.find((part) => part.path === key)).toMatchObject(expected)
    expect(found.classes).toBe(3)
    expect(found.parts[0]!.path).toBe('labels')
  })

  it('reads what it writes, the same bytes each time', async () => {
    const arrays = {
      images: { dtype: 'uint8', shape: [2, 2, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      labels: { dtype: 'uint8', shape: [2], data: Uint8Array.of(0, 1) },
    } as const
    const bytes = await encodeNpz(arrays)
    expect(await encodeNpz(arrays)).toEqual(bytes)
    expect(await inspect(folder.write('own.npz', bytes))).toMatchObject({
      items: 2,
      shape: [2, 2, 2],
      classes: 2,
      problems: [],
    })
  })

  const array = encodeNpy({ dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) })
  const bad: [string, Buffer, string, RegExp][] = [
    [
      'another thing inside',
      rawZip([
        { name: 'x.npy', data: array },
        { name: 'run.sh', data: 'x' },
      ]),
      'file-malformed',
      /run\.sh/,
    ],
    ['a wrong checksum', rawZip([{ name: 'x.npy', data: array, crc: 1 }]), 'file-malformed', /checksum/],
    ['a broken array', rawZip([{ name: 'x.npy', data: array.subarray(0, 40) }]), 'file-malformed', /truncated/],
    [
      'an array longer than its header says',
      rawZip([{ name: 'x.npy', data: Buffer.concat([array, array]) }]),
      'file-malformed',
      /declares 3/,
    ],
    ['an empty array', rawZip([{ name: 'x.npy', data: '' }]), 'file-malformed', /empty/],
    [
      'an array that inflates beyond its size',
      rawZip([{ name: 'x.npy', data: array, deflate: true, size: array.length - 1 }]),
      'file-malformed',
      /inflates|declares/,
    ],
    ['objects', rawZip([{ name: 'x.npy', data: decode(fixtures.refused.objects) }]), 'format-unsupported', /pickle/],
    [
      'one array twice',
      rawZip([
        { name: 'x.npy', data: array },
        { name: 'x.npy', data: array },
      ]),
      'file-malformed',
      /two entries/,
    ],
  ]
  it.each(bad)('refuses %s', async (name, bytes, code, message) => {
    const path = folder.write(`bad/${name}.npz`, bytes)
    expect((await inspect(path)).error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})

describe('mutated arrays', () => {
  const seeds = [
    ...fixtures.files.slice(0, 40).map((file) => ({ name: 'mutant.npy', bytes: decode(file.bytes) })),
    ...fixtures.archives.map((file) => ({ name: 'mutant.npz', bytes: decode(file.bytes) })),
  ]
  it('are read or refused, never worse', { timeout: 60_000 }, async () => {
    const mutation = fc.tuple(
      fc.nat(seeds.length - 1),
      fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(600)),
    )
    await fc.assert(
      fc.asyncProperty(mutation, async ([seed, changes, cut]) => {
        const { name, bytes } = seeds[seed]!
        const mutant = Buffer.from(bytes)
        for (const [at, value] of changes) mutant[at % mutant.length] = value
        writeFileSync(folder.path(name), cut === null ? mutant : mutant.subarray(0, cut))
        const found = await inspect(folder.path(name))
        if (found.error)
          expect(['file-malformed', 'format-unsupported', 'format-unknown', 'file-too-large']).toContain(
            found.error.code,
          )
        else expect(found.format).not.toBeNull()
      }),
      { numRuns: 1500 },
    )
  })
})
