/** Files that are meant as trajectories and lack something: what is missing is named, and never taken for a lack of images. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { bundle } from '../../testing/bundle.ts'
import { inspect } from '../inspect.ts'
import { openImageSet } from '../image-set.ts'
import type { Part } from './format.ts'
import { encodeNpz } from './npz.ts'
import { temporaryFolder } from './testing.ts'
import { columnProblems, holdsTransitions, neededColumns } from './transitions.ts'

const folder = temporaryFolder()
beforeAll(() => bundle('hdf5-worker'))

const hopper = path.join(import.meta.dirname, 'fixtures', 'trajectories', 'hopper-v0.hdf5')

test.each(neededColumns)('HDF5 and NPZ without %s', async (name) => {
  // The names stand in the file as they are; one that is spelled otherwise is another array.
  const renamed = readFileSync(hopper, 'latin1').replaceAll(name, `${name.slice(0, -1)}z`)
  const columns = Object.fromEntries(
    [...neededColumns, 'timeouts'].map((column) => {
      const shape = column === 'observations' || column === 'actions' ? [6, 2] : [6]
      return [column, { dtype: 'float32' as const, shape, data: new Float32Array(shape[1] ? 12 : 6) }]
    }),
  )
  delete columns[name]
  for (const file of [
    folder.write(`no-${name}.hdf5`, Buffer.from(renamed, 'latin1')),
    folder.write(`no-${name}.npz`, await encodeNpz(columns)),
  ]) {
    const found = await inspect(file)
    expect(found.problems.filter(({ severity }) => severity === 'error')).toMatchObject([{ path: name }])
    expect(found.error).toMatchObject({
      code: 'file-malformed',
      message: `${file}: There is no ${name}; a set of trajectories needs it.`,
    })
    expect(found.error!.hint).toContain(neededColumns.join(', '))
  }
})

test('texts, a group, and what is refused already are told from what is not there', () => {
  const part = (name: string, ...shape: number[]) => ({ path: name, shape }) as unknown as Part
  const problem = (name: string, severity: 'warning' | 'error') => ({ path: name, code: '', message: '', severity })
  const listed = {
    parts: [part('observations/a', 6, 2), part('actions', 6, 2)],
    problems: [problem('rewards', 'warning'), problem('terminals', 'error')],
  }
  expect(holdsTransitions(listed)).toBe(true)
  expect(columnProblems(listed).map(({ message }) => message)).toEqual([
    'observations is a group, with observations/a in it; expected one array.',
    'rewards holds no numbers; expected one row of them for each transition.',
  ])
  expect(holdsTransitions({ parts: [part('actions', 6, 2)], problems: [] })).toBe(false)
})

test('arrays that are refused: the file is named once, with how to write them', async () => {
  const file = path.join(path.dirname(hopper), 'odd', 'lzf.hdf5')
  const refused = {
    code: 'format-unsupported',
    message: `${file}: bad: is compressed with lzf (filter 32000), which is not read.`,
    hint: 'Write it again with gzip compression or none.',
  }
  expect((await inspect(file)).error).toEqual(refused)
  await expect(openImageSet(file)).rejects.toMatchObject(refused)
})

test('a folder is no D4RL file, and may be one of Minari', async () => {
  const { error } = await inspect(path.join(path.dirname(hopper), 'minari'), { as: 'd4rl' })
  expect(error).toMatchObject({ code: 'file-unreadable' })
  expect(error!.hint).toContain('minari')
})
