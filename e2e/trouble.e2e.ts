/** The disk fills, the lab dies with an import half done. Both real; the window says so and goes on. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, statfs, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dataPage } from './pages/data-page.ts'
import { imagesPage } from './pages/images-page.ts'
import { processIds, startLethe, type Lethe } from './pages/lethe.ts'
import { runsPage } from './pages/runs-page.ts'

let lethe: Lethe
let data: ReturnType<typeof dataPage>
let images: ReturnType<typeof imagesPage>
let runs: ReturnType<typeof runsPage>
let folder = ''
const disk = (): string => join(folder, 'disk')
/** A disk of its own, in memory; why there is none, where mounting is not permitted. */
let whyNoDisk = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lethe-e2e-trouble-'))
  await mkdir(disk())
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'lethe-test', disk()], { stdio: 'pipe' })
  } catch (error) {
    whyNoDisk = (error as Error).message
  }
  lethe = await startLethe({}, join(disk(), 'project'))
  data = dataPage(lethe.page, lethe.electron)
  images = imagesPage(lethe.page)
  runs = runsPage(lethe.page)
})
afterAll(async () => {
  await lethe?.close()
  if (whyNoDisk === '') execFileSync('umount', ['--lazy', disk()])
  await rm(folder, { recursive: true, force: true })
})

const inData = () => readdir(join(lethe.project, 'data')).catch(() => [])

/** A run by hand that stands still at one of its steps. */
async function pausedRun(): Promise<void> {
  await images.open()
  await images.choose('Tiny')
  await images.start().click()
  await runs.reaches('running', ['succeeded', 'failed'])
  await runs.progress()
  await runs.pause()
  await runs.reaches('paused', ['succeeded', 'failed'])
}

it('keeps nothing of an import in which the lab was killed, and imports again', async () => {
  const large = join(folder, 'large.npy')
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (100, 1024, 1024), }`.padEnd(117) + '\n'
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(header, 'latin1')])
  await writeFile(large, head)
  await truncate(large, head.length + 100 * 1024 * 1024)
  await data.open('Data')
  await data.chooseFile(large)
  await data.nameField().waitFor({ timeout: 60_000 })
  const [lab] = await processIds(lethe.electron, 'Lethe lab')
  await data.button('Import').click()
  await expect.poll(inData, { interval: 10 }).toContainEqual(expect.stringMatching(/\.tmp$/))
  process.kill(lab!, 'SIGKILL')
  await data.notice('started again').waitFor()
  const listed = await lethe.page.evaluate(() => window.lethe.call('data.list', {}))
  expect(listed).toEqual({ ok: true, value: [] })
  await data.button('Import').click()
  await lethe.page.getByRole('heading', { name: 'Large', level: 1 }).waitFor({ timeout: 120_000 })
  expect(await inData()).toEqual(['large'])
})

it('fails a run on a full disk, says what to do, and resumes it once there is room', async ({ skip }) => {
  skip(whyNoDisk !== '', whyNoDisk)
  await images.open()
  await images.addDigits()
  await pausedRun()
  const ballast = join(disk(), 'ballast')
  const { bavail, bsize } = await statfs(disk())
  await writeFile(ballast, Buffer.alloc(bavail * bsize - 64 * 1024))
  await runs.resume()
  await runs.reaches('failed', ['succeeded'])
  expect(await runs.trouble()).toMatch(/space/i)
  await rm(ballast)
  await runs.resume()
  await runs.reaches('running', ['failed'])
  await runs.sampleGrid() // it goes on, to pictures; the scores would take a minute
  await runs.cancel()
  await runs.reaches('cancelled', ['failed', 'succeeded'])
})
