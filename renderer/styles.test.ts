/** All style sheets end up in one page: a class that two of them define leaks from one screen into another. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = import.meta.dirname

/** The classes that a sheet defines by themselves, `.name { … }`, outside of any other selector. */
function definedIn(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8').replace(/\/\*[^]*?\*\//g, '')
  return [...text.matchAll(/(?<=^|[{};])\s*([^{};]+)\{/g)]
    .flatMap(([, selectors = '']) => selectors.split(','))
    .flatMap((selector) => /^\.([\w-]+)$/.exec(selector.trim())?.[1] ?? [])
}

it('no class is defined by two sheets', () => {
  const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'))
  const owners = new Map<string, Set<string>>()
  for (const sheet of sheets)
    for (const name of definedIn(sheet)) owners.set(name, (owners.get(name) ?? new Set()).add(sheet))
  const shared = [...owners].filter(([, files]) => files.size > 1).map(([name, files]) => [name, [...files].sort()])
  expect(sheets.length).toBeGreaterThan(10)
  expect(shared).toEqual([])
})
