import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { reportInstall, verifyInstall } from './verify-install.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-install-'))
  mkdirSync(join(folder, 'resources'))
  const files = { lethe: 'program', 'resources/app.asar': 'archive' }
  const lines = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text)
    return `${createHash('sha256').update(text).digest('hex')}  ${name}\n`
  })
  writeFileSync(join(folder, 'resources', 'files.sha256'), lines.join(''))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('finds everything as it was packed', () => {
  expect(verifyInstall(folder)).toMatchObject({ files: 2, faults: [] })
})

it('finds what was changed, taken away or added', () => {
  writeFileSync(join(folder, 'lethe'), 'Program')
  rmSync(join(folder, 'resources', 'app.asar'))
  writeFileSync(join(folder, 'libevil.so'), '')
  const lines: string[] = []
  expect(reportInstall(folder, (line) => lines.push(line))).toBe(1)
  expect(lines.slice(0, 3)).toEqual(['changed: lethe', 'missing: resources/app.asar', 'not ours: libevil.so'])
})

it('says so when there is no list', () => {
  rmSync(join(folder, 'resources', 'files.sha256'))
  const lines: string[] = []
  expect(reportInstall(folder, (line) => lines.push(line))).toBe(1)
  expect(lines[0]).toContain('cannot be read')
})
