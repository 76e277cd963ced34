import { promises as fs } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openLab } from '../lab.ts'
import { quickSynthesis, smallProject, type SmallProject } from '../testing/small-project.ts'
import { verifyBundle } from '../evidence/verify.ts'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what comes back is held against shapes
type Answer = any

let small: SmallProject
let run = ''
const at = (name: string): string => path.join(path.dirname(small.folder), name)
const log = (): string => path.join(small.folder, 'reviews', `${run}.ndjson`)

beforeAll(async () => {
  small = await smallProject()
  run = (await small.lab.createSynthesis({ ...quickSynthesis, score: false })).run
  for await (const _event of small.lab.execute(run));
}, 60_000)
afterAll(() => small.remove())

async function call(name: Parameters<typeof small.lab.call>[0], input: object, lab = small.lab): Promise<Answer> {
  const result = await lab.call(name, input)
  if (!result.ok) throw Object.assign(new Error(result.error.message), { code: result.error.code })
  return result.value
}
const item = () => ({ kind: 'run', id: run })
const say = (action: object, source = 'project', reviewer = 'Ada') =>
  call('review.add', { source, item: item(), reviewer, action })

test('a verdict stands until another, or until it is withdrawn; nothing is lost', async () => {
  expect((await call('review.show', { source: 'project', item: item() })).problems).toEqual([])
  const standing = async (action: object, reviewer?: string) =>
    (await say(action, 'project', reviewer)).items[0].standing
  expect(await standing({ kind: 'confirm' })).toMatchObject({ verdict: 'confirmed', reviewer: 'Ada', stale: false })
  expect(await standing({ kind: 'dispute', text: 'The seed.' }, 'Ben')).toMatchObject({
    verdict: 'disputed',
    text: 'The seed.',
  })
  expect(await standing({ kind: 'note', text: 'Asked.' }, 'Ben')).toMatchObject({ verdict: 'disputed', notes: 1 })
  expect(await standing({ kind: 'undo' }, 'Ben')).toMatchObject({ verdict: 'disputed', notes: 0 })
  expect(await standing({ kind: 'undo' }, 'Ben')).toMatchObject({ verdict: 'confirmed', reviewer: 'Ada' })
  await expect(say({ kind: 'undo' }, 'project', 'Ben')).rejects.toMatchObject({ code: 'usage' })
  await expect(say({ kind: 'dispute', text: ' ' })).rejects.toMatchObject({ code: 'usage' })
  expect((await fs.readFile(log(), 'utf8')).trimEnd().split('\n')).toHaveLength(6)
})

test('goes into the bundle, is checked there, and goes on beside it', async () => {
  await small.lab.exportEvidence([run], at('a.zip'), { samples: true })
  expect(await verifyBundle(at('a.zip'))).toMatchObject({ ok: true, problems: [] })
  const { source } = await call('evidence.open', { path: at('a.zip') })
  const opened = await call('review.list', { source })
  expect(opened.items[0]).toMatchObject({ standing: { verdict: 'confirmed', reviewer: 'Ada', stale: false } })
  expect(await small.lab.resource(`bundles/${source}/${run}/samples-final.png`)).toMatchObject({ type: 'image/png' })
  await expect(say({ kind: 'confirm' }, source)).rejects.toMatchObject({ code: 'usage' })
  await expect(call('review.keep', { source, path: log() })).rejects.toMatchObject({ code: 'review-corrupt' })
  await call('review.keep', { source, path: at('a.review.ndjson') })
  expect((await say({ kind: 'dispute', text: 'No.' }, source, 'Cy')).items[0].standing).toMatchObject({
    verdict: 'disputed',
  })
  expect(await verifyBundle(at('a.zip'))).toMatchObject({ ok: true })
  await call('evidence.close', { source })
  await expect(call('review.list', { source })).rejects.toMatchObject({ code: 'usage' })
  const again = await call('evidence.open', { path: at('a.zip') })
  expect((await call('review.list', { source: again.source })).items[0].standing).toMatchObject({ reviewer: 'Cy' })
  const sheet = await small.lab.resource(`reviews/${again.source}/sheet.html`)
  expect(Buffer.from(sheet!.bytes).toString()).toContain('1 of 1 reviewed, 1 disputed')
})

test('any byte of a review, changed or cut, is noticed', async () => {
  const whole = await fs.readFile(log())
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (place, by, cut) => {
        const bytes = cut ? whole.subarray(0, place) : Buffer.from(whole)
        if (!cut) bytes[place]! ^= by
        await fs.writeFile(log(), bytes)
        expect((await call('review.list', { source: 'project' })).broken).not.toBe(null)
      },
    ),
    { numRuns: 60 },
  )
  await expect(say({ kind: 'confirm' })).rejects.toMatchObject({ code: 'review-corrupt' })
  await expect(small.lab.exportEvidence([run], at('b.zip'), { samples: false })).rejects.toMatchObject({
    code: 'review-corrupt',
  })
  await fs.writeFile(log(), whole)
  expect((await call('review.list', { source: 'project' })).broken).toBe(null)
})

test('a project open read-only takes reviews and nothing else', async () => {
  const lab = await openLab({ project: small.folder, readOnly: true })
  for (const [name, input] of [
    ['images.demo', { epsilon: 1 }],
    ['runs.cancel', { run }],
    ['runs.start', { run }],
  ] as const)
    await expect(call(name, input, lab)).rejects.toMatchObject({ code: 'folder-read-only' })
  expect((await call('runs.list', {}, lab)).length).toBeGreaterThan(0)
  const input = { source: 'project', item: item(), reviewer: 'Dee', action: { kind: 'confirm' } }
  expect((await call('review.add', input, lab)).items[0].standing).toMatchObject({ reviewer: 'Dee' })
  await expect(openLab({ project: at('nowhere'), readOnly: true })).rejects.toMatchObject({ code: 'file-missing' })
  await expect(fs.stat(at('nowhere'))).rejects.toThrow()
})

test('an export that is stopped, at its beginning or while it writes, leaves nothing behind', async () => {
  await fs.mkdir(at('out'))
  const silent = small.lab.subscribe((topic) => {
    if (topic === 'task-progress') void call('data.cancel', { task: 'stopped' })
  })
  const input = { runs: [run], path: at('out/stopped.zip'), samples: true, task: 'stopped' }
  await expect(call('evidence.export', input)).rejects.toMatchObject({ code: 'cancelled' })
  silent()
  const stopped = new AbortController()
  const write = fs.open
  const open = vi.spyOn(fs, 'open').mockImplementation((...given) => {
    if (String(given[0]).includes('late.zip')) stopped.abort() // it is whole, and about to be moved to its place
    return write(...given)
  })
  const late = small.lab.exportEvidence([run], at('out/late.zip'), { samples: true, signal: stopped.signal })
  await expect(late).rejects.toMatchObject({ code: 'cancelled' })
  open.mockRestore()
  expect(await fs.readdir(at('out'))).toEqual([])
})

test('evidence outlives the data, and says that the data was removed', async () => {
  await fs.rm(path.join(small.folder, 'runs', run, 'report.json'), { force: true })
  await small.lab.removeData('digits')
  const removed = async (): Promise<boolean> =>
    (await call('review.show', { source: 'project', item: item() })).dataset.removed
  const exported = async (name: string): Promise<Answer> => {
    await small.lab.exportEvidence([run], at(name), { samples: false })
    expect(await verifyBundle(at(name))).toMatchObject({ ok: true, problems: [] })
    const { source } = await call('evidence.open', { path: at(name) })
    return (await call('review.show', { source, item: item() })).dataset
  }
  expect(await exported('of-trash.zip')).toMatchObject({ id: 'digits', name: 'Digits', removed: true })
  expect(await removed()).toBe(true)
  await small.lab.writeReport(run)
  const [trashed] = await call('trash.list', {})
  await call('trash.purge', { id: trashed.id })
  expect(await exported('of-report.zip')).toMatchObject({ id: 'digits', name: 'Digits', removed: true })
  await fs.rm(path.join(small.folder, 'runs', run, 'report.json'))
  await expect(exported('of-nothing.zip')).rejects.toMatchObject({ code: 'dataset-missing' })
})
