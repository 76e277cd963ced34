import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepTheme } from './theme.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lethe-theme-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const shown = () => {
  const list: string[] = []
  return { list, kept: keepTheme(join(folder, 'theme.json'), (theme) => list.push(theme)) }
}

it('is that of the system at first, and the chosen one at the next start', async () => {
  const first = shown()
  await first.kept.set('dark')
  expect(first.list).toEqual(['system', 'dark'])
  expect(shown().list).toEqual(['dark'])
})

it('takes a broken or strange file for none', () => {
  for (const text of ['{', '"purple"', '7']) {
    writeFileSync(join(folder, 'theme.json'), text)
    expect(shown().list).toEqual(['system'])
  }
})
