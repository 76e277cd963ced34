/** One deletion request by hand, from the letter to the closing statement; its audit's report holds on another machine. */
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadAxe, setTheme, violations } from './pages/axe.ts'
import { forgettingPage } from './pages/forgetting-page.ts'
import { startLethe, type Lethe } from './pages/lethe.ts'
import { reviewPage } from './pages/review-page.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let page: ReturnType<typeof forgettingPage>
let runs: ReturnType<typeof runsPage>
let elsewhere = ''

beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'lethe-e2e-elsewhere-'))
  lethe = await startLethe()
  page = forgettingPage(lethe.page)
  runs = runsPage(lethe.page)
  await lethe.page.waitForSelector('.first-start')
  await loadAxe(lethe.page)
})
afterAll(async () => {
  await lethe.close()
  await rm(elsewhere, { recursive: true, force: true })
})

const step = (name: string) => lethe.page.getByRole('region', { name, exact: true })
const confirmed = (action: string) =>
  lethe.page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click()

/** The keyboard goes on where the page does. */
const focused = (words: RegExp) =>
  expect.poll(() => lethe.page.evaluate(() => document.activeElement?.textContent ?? '')).toMatch(words)
const listed = () => lethe.page.getByRole('navigation', { name: 'Deletion requests' }).innerText()

async function expectClean(): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await setTheme(lethe.page, theme)
    expect(await violations(lethe.page), theme).toEqual([])
  }
}

it('is opened for two episodes that an agent learnt from', async () => {
  await page.open()
  await page.button('Collect a set…').click()
  await page.collect('Patients', 12)
  await page.tab('Agents')
  await page.choose('Tiny')
  await page.start()
  await runs.reaches('succeeded', ['failed'])
  await page.tab('Trajectories')
  await page.grid().focus()
  for (const keys of ['Home', 'Space', 'ArrowDown', 'Space']) await lethe.page.keyboard.press(keys)
  await page.selects(2)
  await page.button('Open a deletion request…').focus()
  await lethe.page.keyboard.press('Enter')
  await focused(/^Delete 2 episodes of Patients/)
  await lethe.page.getByLabel('Note').fill('Asked for by letter.')
  await page.button('Open the request').focus()
  await lethe.page.keyboard.press('Enter')
  await step('Choose').getByText('The set goes on as “Patients without 2 episodes”').waitFor()
  await focused(/^Delete 2 episodes of Patients/)
  await expectClean()
})

it('says what is at work for it, and does not ask for it twice', async () => {
  const again = step('Forget').getByRole('button', { name: 'Make it forget…' })
  await again.click()
  await page.choose('Paper')
  await page.start()
  const run = (await lethe.page.locator('.run-header').getAttribute('data-run'))!
  await page.tab('Requests')
  await step('Forget').getByText('is at work.').waitFor()
  expect(await again.count()).toBe(0)
  await lethe.page.evaluate((id) => window.lethe.call('runs.cancel', { run: id }), run)
  await step('Forget').getByText('was cancelled before it had ended.').waitFor({ timeout: 60_000 })
  await again.waitFor()
})

it('is followed: the agent forgets them and is audited; by how much is said', async () => {
  await page.tab('Trajectories')
  await page.grid().focus()
  for (const keys of ['End', 'Space']) await lethe.page.keyboard.press(keys)
  await page.selects(3)
  await page.tab('Requests')
  await step('Forget').getByRole('button', { name: 'Make it forget…' }).click()
  await lethe.page.getByText('1 episode is no longer selected.').waitFor()
  await focused(/^What is forgotten/)
  await page.choose('Tiny')
  await page.start()
  await runs.reaches('succeeded', ['failed'])
  const outcome = await page.outcome()
  await page.tab('Requests')
  await step('Forget').getByText('Made to forget in the run').waitFor()
  await expect.poll(listed).toContain('unlearned')
  for (const doubt of ['did not fall', 'that alone is not forgetting'].filter((words) => outcome.includes(words)))
    await step('Forget').getByText(doubt).waitFor()
  expect(await step('Audit').innerText()).toContain('is compared with the original')
  await step('Forget')
    .getByText(/^TrajDeleter\. /)
    .waitFor()
  // Without the set it could never be audited: that is said before it goes.
  await step('Copies')
    .getByRole('checkbox', { name: /^Patients, \d/ })
    .check()
  await page.button('Remove for good…').click()
  await lethe.page.getByRole('dialog').getByText('Without the set the agent can never be audited.').waitFor()
  await confirmed('Cancel')
  // What looks ticked is what is kept.
  await page.button('Tick all: To be decided').click()
  await lethe.page.getByText(/copies ticked\./).waitFor()
  const ticked = await step('Copies').locator('input:checked').count()
  await page.button('Keep…').click()
  await lethe.page.getByRole('dialog', { name: `Keep ${ticked} copies` }).waitFor()
  await confirmed('Cancel')
  await page.button('Tick none: To be decided').click()
  await step('Audit').getByRole('button', { name: 'Audit it…' }).click()
  await page.choose('Tiny')
  const start = page.button('Start audit')
  await expect.poll(() => start.isEnabled()).toBe(true)
  await start.click()
  await lethe.page.getByRole('region', { name: 'Verdicts' }).waitFor({ timeout: 120_000 })
  await expectClean()
  await page.tab('Requests')
  await step('Audit').getByText('Audited in the run').waitFor()
  await expect.poll(listed).toContain('audited')
})

it('names a report of the audit that was saved outside: not as a copy of them', async () => {
  const [run] = (await readdir(join(lethe.project, 'runs'))).filter((name) => name.includes('audit'))
  await lethe.electron.evaluate(
    ({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
    },
    join(elsewhere, 'audit.pdf'),
  )
  await lethe.page.evaluate(async (id) => {
    await window.lethe.call('runs.report', { run: id })
    const chosen = await window.lethe.call('shell.chooseTarget', { suggested: 'audit.pdf', title: 'Save' })
    if (chosen.ok) await window.lethe.call('shell.savePdf', { run: id, path: chosen.value.path! })
  }, run!)
  expect((await readFile(join(elsewhere, 'audit.pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
  await page.tab('Trajectories')
  await page.tab('Requests')
  const copies = step('Copies')
  await copies.getByText('names them, out of reach').waitFor()
  await copies.getByText(/^names 2 episodes: id, hash, .* nothing of the steps/i).waitFor()
})

it('has every copy decided, and is closed', async () => {
  await step('Copies')
    .getByRole('checkbox', { name: /^Patients, \d/ })
    .check()
  await page.button('Remove for good…').click()
  await confirmed('Remove for good')
  await step('Copies').getByText('removed for good').first().waitFor()
  await page.button('Close the request…').click()
  await confirmed('Close the request')
  await step('Close')
    .getByText(/^Closed /)
    .waitFor()
  expect((await readdir(join(lethe.project, 'data'))).filter((name) => name === 'patients')).toEqual([])
  await expectClean()
})

it('has a report that holds elsewhere, and not once a verdict is changed', async () => {
  const [run] = (await readdir(join(lethe.project, 'runs'))).filter((name) => name.includes('audit'))
  await lethe.page.evaluate((id) => window.lethe.call('runs.report', { run: id }), run!)
  const file = join(elsewhere, 'report.json')
  await cp(join(lethe.project, 'runs', run!, 'report.json'), file)
  const verify = (): { ok: boolean } => {
    const words = ['tools/lethe.mjs', 'trajectories', 'verify', file, '--json', '--project', join(elsewhere, 'project')]
    try {
      return JSON.parse(
        execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
      ) as never
    } catch (error) {
      return JSON.parse(String((error as { stdout: Buffer }).stdout)) as never
    }
  }
  expect(verify().ok).toBe(true)
  const text = await readFile(file, 'utf8')
  await writeFile(
    file,
    text.replace(
      /("verdict":\s*)"(in|forgotten)"/,
      (_all, head: string, word: string) => `${head}"${word === 'in' ? 'forgotten' : 'in'}"`,
    ),
  )
  expect(verify().ok).toBe(false)
})

const verified = (title: string) => lethe.page.getByRole('dialog', { name: title })

it('has that found out in the window, whatever the door; and of the run what is no longer here', async () => {
  const review = reviewPage(lethe)
  await review.drop(join(elsewhere, 'report.json'))
  const broken = verified('This report does not hold')
  await broken.waitFor()
  expect(await broken.innerText()).toMatch(
    /Against this project[\s\S]*Expected[\s\S]*audit\.trajectories, episode \d+, verdicts/,
  )
  await expectClean()
  const [run] = (await readdir(join(lethe.project, 'runs'))).filter((name) => name.includes('audit'))
  await review.answerOpen(join(lethe.project, 'runs', run!, 'report.html'))
  await broken.getByRole('button', { name: 'Verify another…' }).click()
  const whole = verified('This report agrees with the project')
  await whole.waitFor()
  // The set was removed for good: its episodes cannot be looked at.
  expect(await whole.innerText()).toMatch(/Not verified in full[\s\S]*The set patients is not at hand/)
  await lethe.page.keyboard.press('Escape')
  await lethe.page.keyboard.press('Control+k')
  await lethe.page.keyboard.type('verify')
  await lethe.page.keyboard.press('Enter')
  await whole.waitFor()
  await lethe.page.keyboard.press('Escape')
  await review.drop(join(lethe.project, 'lethe.json'))
  await verified('This cannot be verified').getByText('This is no report of an audit').waitFor()
  await lethe.page.keyboard.press('Escape')
})

it('goes on beside a terminal: what that collects is there without being asked for', async () => {
  const words = ['trajectories', 'collect', 'hopper', '--policy', 'medium', '--episodes', '2', '--name', 'Elsewhere']
  execFileSync(process.execPath, ['tools/lethe.mjs', ...words, '--project', lethe.project], { stdio: 'ignore' })
  await lethe.page.getByRole('radio', { name: /^Elsewhere/ }).waitFor()
  await step('Close')
    .getByText(/^Closed /)
    .waitFor()
})

it('says so where its record is broken, and is read again once it is mended', async () => {
  const folder = join(lethe.project, 'requests')
  const name = (await readdir(folder)).find((file) => file.endsWith('.ndjson'))
  const record = join(folder, name!)
  const text = await readFile(record, 'utf8')
  await writeFile(record, `?${text}`)
  await page.tab('Trajectories')
  await page.tab('Requests')
  await lethe.page.getByText('This request cannot be read').waitFor()
  await expectClean()
  await writeFile(record, text)
  await page.button('Try again').click()
  await step('Close')
    .getByText(/^Closed /)
    .waitFor()
})
