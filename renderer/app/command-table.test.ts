import { expect, it } from 'vitest'
import { commandTable, menuKeys, rowOf, type CommandId } from './command-table.ts'
import { tinykeysOf } from './commands.ts'
import { screens } from './screens.ts'

const ids = Object.keys(commandTable) as CommandId[]

it('gives every command a title', () => {
  for (const id of ids) expect(rowOf(id).title, id).toMatch(/^[A-Z].*[^.]$/)
})

it('gives no keys to two commands', () => {
  const rows = [
    ...ids.map((id) => ({ name: id as string, keys: rowOf(id).keys ?? [] })),
    ...menuKeys.map(({ title, keys }) => ({ name: title, keys })),
  ]
  const taken = new Map<string, string>()
  for (const { name, keys } of rows)
    for (const key of keys) {
      expect(taken.get(key.toLowerCase()), `${key} of ${name}`).toBeUndefined()
      taken.set(key.toLowerCase(), name)
    }
})

it('has a command to go to each screen, named as the rail names it, by its place', () => {
  for (const [index, { id, name }] of screens.entries())
    expect(rowOf(`go.${id}`)).toMatchObject({
      title: name,
      keys: expect.arrayContaining([`Ctrl+${index + 1}`]) as string[],
    })
})

it('writes keys as the listener reads them', () =>
  expect(['Ctrl+K', 'Ctrl+Shift+P', '?', 'F1', 'Escape', 'Shift+Space', 'Alt+←'].map(tinykeysOf)).toEqual([
    '$mod+K',
    '$mod+Shift+P',
    '[Shift]+?',
    'F1',
    'Escape',
    'Shift+Space',
    'Alt+ArrowLeft',
  ]))
