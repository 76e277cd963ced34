/** Binds the rows of the command table to what they do just now, and listens to their keys. */
import { useEffect } from 'react'
import { tinykeys } from 'tinykeys'
import { commandTable, rowOf, type CommandId } from './command-table.ts'

export interface BoundCommand {
  readonly id: CommandId
  readonly run: () => void
  /** Why it cannot be run just now, in words a person reads; absent or null when it can. */
  readonly blocked?: string | null | undefined
}

const bound = new Map<CommandId, BoundCommand>()

/**
 * Gives commands their meaning while the component is mounted:
 *
 *     useCommands([{ id: 'runs.pause', run: pause, blocked: running ? null : 'No run is working' }])
 */
export function useCommands(commands: readonly BoundCommand[]): void {
  useEffect(() => {
    for (const command of commands) bound.set(command.id, command)
    return () => {
      for (const command of commands) if (bound.get(command.id) === command) bound.delete(command.id)
    }
  })
}

/** The commands that mean something just now, in the order of the table. */
export function boundCommands(): BoundCommand[] {
  return (Object.keys(commandTable) as CommandId[]).flatMap((id) => bound.get(id) ?? [])
}

const recentKey = 'recent-commands'

/** What was run from the palette, the latest first. */
export function recentCommands(): readonly string[] {
  return (window.localStorage.getItem(recentKey) ?? '').split('\n').filter(Boolean)
}

export function rememberCommand(id: string): void {
  const ids = [id, ...recentCommands().filter((other) => other !== id)].slice(0, 8)
  window.localStorage.setItem(recentKey, ids.join('\n'))
}

/** Runs a command if it means something just now and nothing is in its way. */
export function runCommand(id: CommandId): boolean {
  const command = bound.get(id)
  if (!command || command.blocked) return false
  command.run()
  return true
}

const printed: Readonly<Record<string, string>> = {
  Ctrl: '$mod',
  '←': 'ArrowLeft',
  '→': 'ArrowRight',
  '↑': 'ArrowUp',
  '↓': 'ArrowDown',
}

/** `Ctrl+Shift+P` as tinykeys writes it. A sign that needs Shift on some keyboards takes it or leaves it. */
export function tinykeysOf(keys: string): string {
  if (/^[^\w\s←→↑↓]$/.test(keys)) return `[Shift]+${keys}`
  return keys
    .split('+')
    .map((key) => printed[key] ?? key)
    .join('+')
}

/** Of a box that is ticked the keys are Space, Enter and arrows; it takes no letters. */
const isBox = (target: Element) => target.matches('input:is([type=checkbox], [type=radio])')

/** While one types, keys without Ctrl or Alt are letters; while a dialog is open, the window behind it rests. */
function ignores(event: KeyboardEvent): boolean {
  if (event.repeat || event.isComposing) return true
  if (document.querySelector('dialog[open]')) return true
  if (event.ctrlKey || event.metaKey || event.altKey || /^F\d+$/.test(event.key)) return false
  if (!(event.target instanceof Element)) return false
  if (isBox(event.target) && event.key.length === 1 && event.key !== ' ') return false
  return event.target.matches('input, select, textarea, [contenteditable]')
}

/** Listens to the keys of all commands. Returns what stops it. */
export function listenToKeys(): () => void {
  const handlers = (Object.keys(commandTable) as CommandId[]).flatMap((id) =>
    (rowOf(id).keys ?? []).map((keys): [string, (event: KeyboardEvent) => void] => [
      tinykeysOf(keys),
      (event) => {
        if (runCommand(id)) event.preventDefault()
      },
    ]),
  )
  return tinykeys(window, Object.fromEntries(handlers), { ignore: ignores })
}
