/** HDF5, D4RL and Minari files written by h5py and by Minari itself; what h5py read in them is in fixtures/trajectories.json. */
import { promises as fs, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../testing/bundle.ts'
import { inspect } from '../inspect.ts'
import { openHdf5 } from './hdf5.ts'
import { openMinari, parseTolerant } from './minari.ts'
import { openSource } from './index.ts'
import { temporaryFolder } from './testing.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures')
const at = (...parts: string[]): string => path.join(fixtures, 'trajectories', ...parts)
type Known = Record<string, Record<string, { shape: number[]; dtype: string; sha256: string }>>
const known = JSON.parse(readFileSync(path.join(fixtures, 'trajectories.json'), 'utf8')) as Known
const folder = temporaryFolder()

beforeAll(() => bundle('hdf5-worker'))

const errors = (found: { problems: readonly { path: string; severity: string }[] }): string[] =>
  found.problems.filter(({ severity }) => severity === 'error').map((problem) => problem.path)

describe('inspect', () => {
  test.each(Object.keys(known))('%s holds the values that h5py reads', async (name) => {
    const isMinari = name.startsWith('minari')
    const found = await inspect(isMinari ? at('minari') : at(name))
    expect(found.error).toBeUndefined()
    expect(found.format).toBe(isMinari ? 'minari' : name.startsWith('hopper') ? 'd4rl' : 'hdf5')
    const parts = found.parts.map(({ path, shape, dtype, sha256 }) => [path, { shape, dtype, sha256 }] as const)
    expect(Object.fromEntries(parts)).toEqual(known[name])
    expect(found.items).toBe(parts.length)
  })

  test('a part has its range and mean, and texts are left out with a note', async () => {
    const found = await inspect(at('hopper-v2.hdf5'), { as: 'd4rl' })
    expect(found.parts.find(({ path }) => path === 'terminals')).toMatchObject({
      dtype: 'bool',
      range: [0, 1],
      items: 36,
    })
    expect(found.problems).toMatchObject([{ path: 'metadata/algorithm', code: 'not-numeric', severity: 'warning' }])
    expect((await inspect(at('hopper-v2.hdf5'), { limit: 2 })).parts).toHaveLength(2)
  })

  /** The good part of each is still read. */
  test.each([
    ['lzf.hdf5', ['bad'], 'lzf (filter 32000), which is not read'],
    ['links.hdf5', ['outside', 'soft'], 'links are not followed'],
    ['virtual.hdf5', ['view'], 'is a view of other files'],
    ['external.hdf5', ['stolen'], 'its values cannot be read'],
  ])('%s: what would be read wrongly is refused', async (name, wrong, message) => {
    const found = await inspect(at('odd', name))
    expect(found.error?.message).toContain(name)
    expect(errors(found).sort()).toEqual(wrong)
    expect(found.problems[0]!.message).toContain(message)
    expect(found.sha256 ?? found.parts[0]?.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a group inside itself ends at the limit of depth', async () => {
    expect((await inspect(at('odd', 'cycle.hdf5'))).error?.message).toContain('nested deeper than 32')
  })

  test('a file cut or changed anywhere gives an error or values, never a crash, and the next file is read', async () => {
    const whole = await fs.readFile(at('hopper-v2.hdf5'))
    let broken = 0
    for (const share of [0.02, 0.6]) {
      const cut = folder.write(`cut-${share}.hdf5`, whole.subarray(0, Math.floor(share * whole.length)))
      if ((await inspect(cut, { as: 'hdf5' })).error) broken++
    }
    expect(broken).toBe(2)
    for (let seed = 1; seed <= 3; seed++) {
      const changed = Buffer.from(whole)
      for (let i = 0; i < 40; i++) changed[(seed * 7919 + i * 104_729) % changed.length]! ^= 1 << (i % 8)
      const found = await inspect(folder.write(`changed-${seed}.hdf5`, changed), { as: 'hdf5' })
      expect(
        found.error === undefined || found.error.code === 'file-malformed' || found.error.code === 'format-unsupported',
      ).toBe(true)
    }
    expect((await inspect(at('hopper-v0.hdf5'))).error).toBeUndefined()
  }, 30_000)

  test('what is not HDF5, or not the format asked for, is said', async () => {
    const text = folder.write('text.hdf5', 'hello')
    expect((await inspect(text, { as: 'd4rl' })).error).toMatchObject({ code: 'file-malformed' })
    expect((await inspect(at('types.hdf5'), { as: 'd4rl' })).error?.message).toContain('holds none of observations')
    expect((await inspect(folder.path('none'), { as: 'minari' })).error).toMatchObject({ code: 'file-missing' })
  })
})

describe('reading', () => {
  test('slices of rows, and what a failed read leaves', async () => {
    const file = await openHdf5(at('odd', 'external.hdf5'))
    const [good, stolen] = ['good', 'stolen'].map((name) => file.listing.datasets.find((one) => one.path === name)!)
    expect([...new Float64Array((await file.read(good!, 2, 2)).buffer)]).toEqual([2, 3])
    await expect(file.read(stolen!, 0, 8)).rejects.toThrow('its values cannot be read')
    expect([...new Float64Array((await file.read(good!, 0, 1)).buffer)]).toEqual([0])
    await file.close()
  })

  test('a part may be read again, and stops when cancelled', async () => {
    const source = await openSource(at('hopper-v2.hdf5'))
    if (source.kind !== 'arrays') throw new Error('not arrays')
    const part = source.parts.find(({ path }) => path === 'observations')!
    for (let round = 0; round < 2; round++) {
      let bytes = 0
      for await (const chunk of part.read()) bytes += chunk.length
      expect(bytes).toBe(36 * 11 * 4)
    }
    const read = part.read({ signal: AbortSignal.abort() })
    await expect(read.next()).rejects.toMatchObject({ code: 'cancelled' })
    await source.close()
  })
})

describe('Minari', () => {
  test('episodes in order, their attributes, metadata with bare infinities', async () => {
    const source = await openMinari(at('minari', 'data', 'main_data.hdf5'))
    expect(source.episodes.map(({ number }) => number)).toEqual([0, 1, 2])
    expect(await source.attributes(1)).toMatchObject({ id: 1, seed: 4 })
    const space = parseTolerant(source.metadata['observation_space'] as string)
    expect(space).toMatchObject({ type: 'Box', shape: [11] })
    expect((parseTolerant('{"a": [NaN, -Infinity, "NaN \\" Infinity"]}') as { a: unknown[] }).a).toEqual([
      null,
      null,
      'NaN " Infinity',
    ])
    await source.close()
  })

  test('metadata that is broken or counts otherwise is a note', async () => {
    const data = await fs.readFile(at('minari', 'data', 'main_data.hdf5'))
    folder.write('set/data/main_data.hdf5', data)
    folder.write('set/data/metadata.json', '{"total_episodes": 5, "total_steps": 36')
    expect((await inspect(folder.path('set'))).problems).toMatchObject([{ code: 'no-metadata', severity: 'warning' }])
    folder.write('set/data/metadata.json', '{"total_episodes": 5, "total_steps": 36}')
    expect((await inspect(folder.path('set'))).problems).toMatchObject([{ code: 'counts-differ' }])
  })
})
