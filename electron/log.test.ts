import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createLog } from './log.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lethe-log-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const redact = (text: string) => text.replaceAll('/home/ada', '<home>')

it('writes one redacted line an event, for its owner only', () => {
  const log = createLog(join(folder, 'logs'), redact, () => new Date(0))
  log('info', 'main', 'started', 'version 1')
  log('error', 'lab', 'gone', '/home/ada/x\nbroke')
  const file = join(folder, 'logs', 'lethe.ndjson')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { time: '1970-01-01T00:00:00.000Z', level: 'info', component: 'main', code: 'started', message: 'version 1' },
    { time: '1970-01-01T00:00:00.000Z', level: 'error', component: 'lab', code: 'gone', message: '<home>/x\nbroke' },
  ])
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(statSync(join(folder, 'logs')).mode & 0o077).toBe(0)
})

it('keeps five files of a megabyte at most', () => {
  const log = createLog(folder, redact)
  for (let index = 0; index < 4000; index++) log('info', 'main', `n${index}`, 'x'.repeat(2500))
  const names = readdirSync(folder).sort()
  expect(names).toEqual(['lethe-1.ndjson', 'lethe-2.ndjson', 'lethe-3.ndjson', 'lethe-4.ndjson', 'lethe.ndjson'])
  for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000_000)
  expect(readFileSync(join(folder, 'lethe.ndjson'), 'utf8')).toContain('n3999')
})

it('never throws', () => {
  expect(() => createLog('/proc/none', redact)('info', 'main', 'x')).not.toThrow()
})
