/** What was set before, step by step: undo and redo of a form. Changes of one field in quick succession are one step. */

export interface History<Value> {
  readonly past: readonly Value[]
  readonly present: Value
  readonly future: readonly Value[]
  /** Which field changed last, and when: the next change of it soon after joins that step. */
  readonly last: { readonly field: string; readonly time: number } | null
}

const depth = 50
const together = 800 // milliseconds

export const historyOf = <Value>(present: Value): History<Value> => ({ past: [], present, future: [], last: null })

export function changed<Value>(history: History<Value>, value: Value, field: string, time: number): History<Value> {
  const { past, present, last } = history
  const joins = last?.field === field && time - last.time < together
  return {
    past: joins ? past : [...past, present].slice(-depth),
    present: value,
    future: [],
    last: { field, time },
  }
}

export function undone<Value>(history: History<Value>): History<Value> {
  const { past, present, future } = history
  const before = past[past.length - 1]
  if (before === undefined) return history
  return { past: past.slice(0, -1), present: before, future: [present, ...future], last: null }
}

export function redone<Value>(history: History<Value>): History<Value> {
  const { past, present, future } = history
  const [after, ...rest] = future
  if (after === undefined) return history
  return { past: [...past, present], present: after, future: rest, last: null }
}
