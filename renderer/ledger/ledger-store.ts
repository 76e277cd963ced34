/** What the Ledger screen shows. The ledgers themselves are shared with the other screens. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import { ask } from '../app/bridge.ts'
import { loadLedger } from '../app/feed.ts'
import { formatBudget } from '../app/format.ts'
import { showFailure, store } from '../app/store.ts'
import { notify } from '../ui/notices.tsx'

export interface Verification extends CallOutput<'ledger.verify'> {
  /** When the chain was walked. */
  readonly at: string
}

export interface LedgerState {
  readonly list: CallOutput<'ledger.list'> | null
  readonly courses: Readonly<Record<string, CallOutput<'ledger.course'>>>
  readonly verified: Readonly<Record<string, Verification | 'checking'>>
}

export const ledgerStore = createStore<LedgerState>(() => ({ list: null, courses: {}, verified: {} }))
export const useLedgers = <Value>(select: (state: LedgerState) => Value): Value => useStore(ledgerStore, select)

export const chooseLedger = (data: string): void => store.setState({ currentData: data })

export async function loadLedgers(): Promise<void> {
  const list = await ask('ledger.list', {}, showFailure)
  if (list) ledgerStore.setState({ list })
}

export async function loadCourse(data: string): Promise<void> {
  const course = await ask('ledger.course', { data }, showFailure)
  if (course) ledgerStore.setState(({ courses }) => ({ courses: { ...courses, [data]: course } }))
}

export async function verify(data: string): Promise<void> {
  const put = (value: Verification | 'checking' | null) =>
    ledgerStore.setState(({ verified: { [data]: _old, ...others } }) => ({
      verified: value ? { ...others, [data]: value } : others,
    }))
  put('checking')
  const found = await ask('ledger.verify', { data }, showFailure)
  put(found && { ...found, at: new Date().toISOString() })
}

/** True once the new budget is in the ledger. Where another stands than `from`, the one that was seen, it is not set, but shown. */
export async function setBudget(data: string, from: number, budget: number, reason: string): Promise<boolean> {
  const summary = await ask('ledger.setBudget', { data, from, budget, reason }, ({ message, hint, code }) =>
    notify({ kind: 'failed', message, hint, code }),
  )
  await Promise.all([loadLedger(data), loadCourse(data)])
  if (!summary) return false
  notify({
    kind: 'done',
    message: `The budget is ε ${formatBudget(budget)} from now on.`,
    hint: 'The ledger says why.',
  })
  return true
}

export async function exportLedger(data: string, format: 'csv' | 'json'): Promise<void> {
  const suggested = `${data}-ledger.${format}`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Export the ledger' }, showFailure)
  if (!chosen?.path) return
  const done = await ask('ledger.export', { data, path: chosen.path, format }, ({ message, hint, code }) =>
    notify({ kind: 'failed', message, hint, code }),
  )
  if (done) notify({ kind: 'done', message: 'The ledger was exported.', hint: chosen.path })
}
