/** The calls of the Data and Ledger screens on a real project. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calls, type CallInput, type CallName, type CallOutput } from '../contract/calls.ts'
import { decodePicture } from '../data/formats/picture.ts'
import { openData } from '../data/catalogue.ts'
import { openLab, type Lab } from '../lab.ts'
import { writeDigits } from '../testing/small-project.ts'
import { csvOf } from './ledger.ts'

let root = ''
let project = ''
let lab: Lab
const source = () => path.join(root, 'digits.npz')

async function ask<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const result = await lab.call(name, input)
  if (!result.ok) throw Object.assign(new Error(result.error.message), result.error)
  return result.value
}
const terms = {
  name: 'Digits',
  sensitive: true,
  privacyUnit: 'one image',
  relation: 'add-remove',
  budget: 5,
  delta: null,
  licence: '',
  source: '',
} as const

beforeAll(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-lab-data-'))
  project = path.join(root, 'project')
  await writeDigits(source(), 1200)
  lab = await openLab({ project })
})
afterAll(() => fs.rm(root, { recursive: true, force: true }))

describe('data', () => {
  test('a damaged manifest or run record costs one row, never a list, and the damaged set can be put away', async () => {
    const other = await fs.mkdtemp(path.join(root, 'damaged-'))
    const mended = await openLab({ project: other })
    const ask = async <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => {
      const result = await mended.call(name, input)
      if (!result.ok) throw Object.assign(new Error(result.error.message), result.error)
      return result.value
    }
    await ask('data.import', { ...terms, path: source(), task: 'whole' })
    const broken = {
      mnist: '{"schema": "lethe.da',
      torn: '{"schema": "lethe.dataset/1"}',
      walks: '{"kind": "trajectories", "schema": "lethe.trajectories/9"}',
    }
    for (const [id, text] of Object.entries(broken)) {
      await fs.mkdir(path.join(other, 'data', id), { recursive: true })
      await fs.writeFile(path.join(other, 'data', id, 'manifest.json'), text)
    }
    await fs.mkdir(path.join(other, 'data', 'unfinished'))
    await fs.writeFile(path.join(other, 'ledger', 'torn.ndjson'), '')
    await fs.mkdir(path.join(other, 'runs', 'damaged'), { recursive: true })
    await fs.writeFile(path.join(other, 'runs', 'damaged', 'state.json'), '{"schema"')

    expect(await ask('data.list', {})).toMatchObject([{ id: 'digits' }])
    expect(await ask('trajectories.list', {})).toEqual([])
    const [digits, torn, walks, ...none] = await ask('data.damaged', {})
    expect(none).toEqual([])
    expect(digits).toMatchObject({ id: 'mnist', file: path.join(other, 'data', 'mnist', 'manifest.json') })
    expect(digits!.found).toMatch(/^manifest.json is not JSON/)
    expect(torn!.found).toMatch(/^manifest.json: field id/)
    expect(walks!.found).toMatch(/^manifest.json: field schema/)
    expect(await ask('data.builtIns', {})).toEqual([])
    expect(await ask('ledger.list', {})).toEqual([
      { data: 'digits', name: 'Digits', present: true },
      { data: 'torn', name: 'torn', present: true },
    ])
    expect(await ask('data.remove', { data: 'torn' })).toMatchObject({ origin: 'torn' })
    expect(await ask('data.remove', { data: 'walks' })).toMatchObject({ origin: 'walks' })
    expect(await ask('data.damaged', {})).toMatchObject([{ id: 'mnist' }])

    // Somebody executes the run: it may work on this very data.
    await fs.writeFile(path.join(other, 'runs', 'damaged', 'lock'), JSON.stringify({ pid: process.pid, started: '' }))
    await expect(ask('data.remove', { data: 'mnist' })).rejects.toMatchObject({ code: 'run-state' })
  })

  test('every call that is given a path asks the shell whether a person chose it', () => {
    for (const [name, call] of Object.entries(calls)) {
      const fields = Object.keys((call.input as { shape?: object }).shape ?? {})
      const paths: readonly string[] = 'paths' in call ? call.paths : []
      if (fields.includes('path')) expect(paths, name).toContain('path')
    }
  })

  test('a look copies nothing and keeps its pictures', async () => {
    const told: number[] = []
    const stop = lab.subscribe((topic, value) => {
      if (topic === 'task-progress') told.push((value as { done: number }).done)
    })
    const found = await ask('data.inspect', { path: source(), task: 'look-1' })
    stop()
    expect(found).toMatchObject({ name: 'digits', format: 'npz', refusal: null, errors: 0 })
    expect(found.becomes).toMatchObject({ splits: { train: 900, validation: 100, test: 200 } })
    expect(found.becomes!.delta).toBeCloseTo(1 / (900 * Math.log(900)), 8)
    expect(told.length).toBeGreaterThan(0)
    const picture = await lab.resource('data/previews/look-1/3.png')
    expect(decodePicture('tile', picture!.bytes)).toMatchObject({ width: 28, height: 28 })
    expect(await lab.resource('data/previews/look-1/24.png')).toBeNull()
    expect(await fs.readdir(project)).not.toContain('data')
  })

  test('a cancelled import leaves nothing; the next one with the same name succeeds', async () => {
    const stop = lab.subscribe((topic) => topic === 'task-progress' && void lab.call('data.cancel', { task: 'take-1' }))
    await expect(ask('data.import', { ...terms, path: source(), task: 'take-1' })).rejects.toMatchObject({
      code: 'cancelled',
    })
    stop()
    expect(await fs.readdir(path.join(project, 'data'))).toEqual([])
    expect(await fs.readdir(path.join(project, 'ledger')).catch(() => [])).toEqual([])
    const dataset = await ask('data.import', { ...terms, path: source(), task: 'take-1' })
    expect(dataset).toMatchObject({ id: 'digits', licence: 'not stated', source: 'digits.npz', budget: 5 })
  })

  test('sensitive pictures are served only once the look is in the ledger, which notes it once', async () => {
    const address = 'data/digits/tiles.png?split=train&start=10&count=4&columns=2'
    await expect(lab.resource(address)).rejects.toMatchObject({ code: 'usage' })
    await expect(ask('data.labels', { data: 'digits', split: 'train', start: 0, count: 5 })).rejects.toMatchObject({
      code: 'usage',
    })
    const both = await Promise.all([1, 2].map(() => ask('data.showImages', { data: 'digits', split: 'train' })))
    expect(both.filter(({ noted }) => noted)).toHaveLength(1)
    expect(await ask('data.shown', { data: 'digits' })).toEqual(['train'])
    const { images, labels } = await (await openData(project, 'digits')).split('train')
    const { values } = decodePicture('atlas', (await lab.resource(address))!.bytes)
    expect([...values.subarray(0, 28)]).toEqual([...images.subarray(10 * 784, 10 * 784 + 28)])
    expect(await ask('data.labels', { data: 'digits', split: 'train', start: 0, count: 5 })).toEqual([
      ...labels.subarray(0, 5),
    ])
    await expect(lab.resource(address.replace('train', 'test'))).rejects.toMatchObject({ code: 'usage' })
    const { summary, entries } = await ask('ledger.show', { data: 'digits' })
    expect(summary).toMatchObject({ nonPrivateReads: 1, spent: 0 })
    expect(entries[1]).toMatchObject({ kind: 'read', run: 'window', split: 'train' })
  })

  test('removed, back again, removed for good; the ledger stays and its terms hold', async () => {
    const record = await ask('data.remove', { data: 'digits' })
    expect(await ask('data.list', {})).toEqual([])
    expect(await ask('ledger.list', {})).toEqual([{ data: 'digits', name: 'digits', present: false }])
    expect(await ask('trash.list', {})).toMatchObject([{ id: record.id, kind: 'dataset', name: 'Digits' }])
    await ask('trash.restore', { id: record.id })
    expect(await ask('data.list', {})).toMatchObject([{ id: 'digits' }])
    const again = await ask('data.remove', { data: 'digits' })
    await ask('trash.purge', { id: again.id })
    expect(await ask('trash.list', {})).toEqual([])
    await expect(ask('data.import', { ...terms, budget: 50, path: source(), task: 'take-2' })).rejects.toMatchObject({
      code: 'dataset-exists',
    })
    await ask('data.import', { ...terms, path: source(), task: 'take-3' })
    expect((await ask('ledger.show', { data: 'digits' })).summary.nonPrivateReads).toBe(1)
  })

  test('the built-in set is offered while it is not there', async () => {
    expect(await ask('data.builtIns', {})).toMatchObject([{ id: 'mnist' }])
  })

  test('the built-in set, asked for twice at once, is imported once', async () => {
    const other = await openLab({ project: path.join(root, 'other') })
    const [one, two] = await Promise.all([other.ensureBuiltIn('mnist'), other.ensureBuiltIn('mnist')])
    expect(one).toEqual(two)
    expect(await other.listData()).toEqual([one])
    await other.close()
  })
})

describe('a project that is only looked at', () => {
  test('can be looked into, helped with and left; its sensitive images are neither shown nor copied', async () => {
    const looking = await openLab({ project, readOnly: true })
    const target = path.join(root, 'support.zip')
    expect(await looking.call('data.cancel', { task: 'none' })).toMatchObject({ ok: true })
    expect(await looking.call('lab.supportBundle', { target })).toMatchObject({ ok: true })
    const refused = { ok: false, error: { code: 'folder-read-only' } }
    const out = { data: 'digits', path: path.join(root, 'taken'), task: 'take', format: 'npz' }
    expect(await looking.call('data.export', out)).toMatchObject(refused)
    expect(await looking.call('data.showImages', { data: 'digits', split: 'train' })).toMatchObject(refused)
    await looking.close()
  })
})

describe('ledger', () => {
  test('another budget needs a reason, stands from then on, and is never the same again', async () => {
    await expect(ask('ledger.setBudget', { data: 'digits', from: 5, budget: 8, reason: 'more' })).rejects.toMatchObject(
      {
        code: 'usage',
      },
    )
    const reason = 'The ethics board allowed 8 on 3 May.'
    expect(await ask('ledger.setBudget', { data: 'digits', from: 5, budget: 8, reason })).toMatchObject({ budget: 8 })
    await expect(ask('ledger.setBudget', { data: 'digits', from: 8, budget: 8, reason })).rejects.toMatchObject({
      code: 'config-invalid',
    })
    // To somebody who still sees 10 this would be less, and it would be more.
    await expect(ask('ledger.setBudget', { data: 'digits', from: 10, budget: 9, reason })).rejects.toMatchObject({
      code: 'config-invalid',
      message: 'The budget of digits is 8 by now; it was 10 when this was decided.',
    })
    const { entries } = await ask('ledger.show', { data: 'digits' })
    expect(entries[entries.length - 1]).toMatchObject({ kind: 'budget', budget: 8, reason })
    const course = await ask('ledger.course', { data: 'digits' })
    expect(course.map(({ budget }) => budget)).toEqual([5, 8])
  })

  test('verifying names the first line that does not fit', async () => {
    expect(await ask('ledger.verify', { data: 'digits' })).toMatchObject({ ok: true, firstBad: null, entries: 3 })
    const file = path.join(project, 'ledger', 'digits.ndjson')
    const whole = await fs.readFile(file, 'utf8')
    await fs.writeFile(file, whole.replace('images shown', 'images shewn'))
    expect(await ask('ledger.verify', { data: 'digits' })).toMatchObject({ ok: false, firstBad: 1, entries: 1 })
    await expect(ask('ledger.show', { data: 'digits' })).rejects.toMatchObject({ code: 'ledger-corrupt' })
    await fs.writeFile(file, whole)
    expect(await ask('ledger.verify', { data: 'digits' })).toMatchObject({ ok: true })
  })

  test('a copy as CSV is one line an entry and no formula', async () => {
    const target = path.join(root, 'ledger.csv')
    await ask('ledger.export', { data: 'digits', path: target, format: 'csv' })
    expect((await fs.readFile(target, 'utf8')).trimEnd().split('\r\n')).toHaveLength(4)
    const [entry] = (await ask('ledger.show', { data: 'digits' })).entries.slice(-1)
    const line = csvOf([{ ...entry!, reason: '=HYPERLINK("x"),\ny' } as never])
    expect(line).toContain(`"'=HYPERLINK(""x""),\ny"`)
  })

  test('a copy of sensitive data is noted, split by split; one that is refused at the door is not', async () => {
    const reads = async () =>
      (await ask('ledger.show', { data: 'digits' })).entries.filter(({ kind }) => kind === 'read').length
    const before = await reads()
    const target = path.join(root, 'copy')
    await fs.mkdir(target)
    const request = { data: 'digits', path: target, task: 'copy', format: 'npz' } as const
    await expect(ask('data.export', request)).rejects.toMatchObject({ code: 'usage' })
    expect(await reads()).toBe(before)
    await fs.rmdir(target)
    await ask('data.export', request)
    const { entries } = await ask('ledger.show', { data: 'digits' })
    expect(entries.slice(-3)).toMatchObject(
      ['train', 'validation', 'test'].map((split) => ({ kind: 'read', run: 'window', split })),
    )
    expect(await reads()).toBe(before + 3)
  })
})
