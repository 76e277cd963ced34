/** Evidence leaves one machine, is checked on another, and is reviewed there by keyboard. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { build, bundlePath } from '../tools/build.mjs'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { reviewPage } from './pages/review-page.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let review: ReturnType<typeof reviewPage>
let folder = ''
const at = (name: string): string => join(folder, name)

/** The terminal with a home and a project of its own, in which there is nothing. */
async function elsewhere(...words: string[]): Promise<{ code: number; document: Record<string, unknown> }> {
  await build(['cli'])
  const env = { ...process.env, HOME: at('home'), LETHE_PROJECT: at('home/project') }
  return new Promise((resolve) =>
    execFile(process.execPath, [bundlePath('cli'), ...words, '--json'], { env }, (error, stdout) =>
      resolve({ code: Number(error?.code ?? 0), document: JSON.parse(stdout) as Record<string, unknown> }),
    ),
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-review-'))
  lethe = await startLethe()
  review = reviewPage(lethe)
})
afterAll(async () => {
  await lethe.close()
  await rm(folder, { recursive: true, force: true })
})

it('exports the evidence of a run', async () => {
  const runs = runsPage(lethe.page)
  await runs.runDemo()
  await runs.reaches('succeeded', ['failed'])
  await runs.open('Review')
  await review.shows('DP-MERF')
  expect(await review.failedChecks()).toEqual([])
  await review.answerSave(at('evidence.zip'))
  await review.exportEvidence()
  await lethe.page.getByText('The evidence is in evidence.zip').waitFor()
})

it('holds on another machine, without a project', async () => {
  const { code, document } = await elsewhere('bundle', 'verify', at('evidence.zip'))
  expect(document).toMatchObject({ ok: true, problems: [] })
  expect(code).toBe(0)
  await expect(stat(at('home'))).rejects.toThrow()
})

it('opens in the window, only to be read, and is reviewed by keyboard', async () => {
  await review.answerOpen(at('evidence.zip'))
  await lethe.page.keyboard.press('Control+Shift+o')
  await lethe.page.getByText('A bundle, open to be read').waitFor()
  await review.shows('DP-MERF')
  await review.answerSave(at('evidence.review.ndjson'))
  await lethe.page.keyboard.press('c')
  await review.signs('Ada Reviewer')
  await review.verdict('Confirmed')
  await lethe.page.keyboard.press('d')
  await review.writes('The seed is that of another run.')
  await review.verdict('Disputed')
  await lethe.page.keyboard.press('n')
  await review.writes('Asked the author on the phone.')
  await lethe.page.getByText('Asked the author on the phone.').waitFor()
  expect(await review.progress()).toBe('1 of 1 reviewed, 1 disputed')
  await lethe.page.keyboard.press('u')
  await lethe.page.getByText('Note, withdrawn').waitFor()
  const lines = (await readFile(at('evidence.review.ndjson'), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
    'open',
    'verdict',
    'verdict',
    'note',
    'withdraw',
  ])
  expect((await elsewhere('bundle', 'verify', at('evidence.zip'))).document).toMatchObject({ ok: true })
})

it('prints the sheet', async () => {
  await review.answerSave(at('sheet.pdf'))
  await lethe.page.keyboard.press('Control+p')
  await lethe.page.getByText('The review sheet is in sheet.pdf').waitFor()
  expect((await readFile(at('sheet.pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
})

it('says so when a line of the review was changed', async () => {
  const file = at('evidence.review.ndjson')
  await writeFile(file, (await readFile(file, 'utf8')).replace('another run', 'this very run'))
  await runsPage(lethe.page).open('Runs')
  await runsPage(lethe.page).open('Review')
  await lethe.page.getByText('Its chain does not hold').waitFor()
  const { code, document } = await elsewhere('bundle', 'verify', at('evidence.zip'))
  expect(document).toMatchObject({ ok: false, problems: [{ file: 'evidence.review.ndjson' }] })
  expect(code).toBe(1)
})

it('refuses a bundle in which one byte was changed, and says why', async () => {
  const bytes = await readFile(at('evidence.zip'))
  bytes[bytes.indexOf('"epsilon": 1') + 11]! ^= 3
  await writeFile(at('tampered.zip'), bytes)
  await review.answerOpen(at('tampered.zip'))
  await lethe.page.keyboard.press('Control+Shift+o')
  const dialog = lethe.page.getByRole('dialog', { name: 'This bundle does not hold' })
  await dialog.waitFor()
  expect(await dialog.innerText()).toMatch(/checksum is wrong|sha256/)
  await lethe.page.keyboard.press('Escape')
})

it('opens a bundle that is dropped on it', async () => {
  await lethe.page.getByRole('button', { name: 'Close', exact: true }).click()
  await lethe.page.getByText('The runs of this project').waitFor()
  await review.drop(at('evidence.zip'))
  await lethe.page.getByText('A bundle, open to be read').waitFor()
  await review.shows('DP-MERF')
})

it('reviews a project that is open read-only, and changes nothing else in it', async () => {
  const reader = await startLethe({}, lethe.project, ['--read-only'])
  try {
    await reader.page.getByLabel('Status').getByText('Read-only', { exact: true }).waitFor()
    const refused = await reader.page.evaluate(() => window.lethe.call('images.demo', { epsilon: 1 }))
    expect(refused).toMatchObject({ ok: false, error: { code: 'folder-read-only' } })
    await runsPage(reader.page).open('Review')
    const second = reviewPage(reader)
    await second.shows('DP-MERF')
    await reader.page.keyboard.press('c')
    await second.signs('Ben Reader')
    await second.verdict('Confirmed')
    expect(await second.progress()).toBe('1 of 1 reviewed')
  } finally {
    await reader.close()
  }
})
