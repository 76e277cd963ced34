/** The ledgers of the project: what was spent, whether the chain holds, another budget, a copy to take away. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { HandlersOf } from '../contract/calls.ts'
import type { ledgerCalls } from '../contract/calls/ledger.ts'
import { LetheError } from '../contract/errors.ts'
import type { LedgerEntry, LedgerSummary } from '../contract/privacy.ts'
import { readCatalogue, readDataset } from '../data/catalogue.ts'
import { writeAtomic } from '../files/atomic.ts'
import { courseOf, type CoursePoint } from '../privacy/course.ts'
import { appendLedger, budgetOf, ledgerOf, readLedger, summariseInTurns, verifyLedger } from '../privacy/ledger.ts'
import { missingCharges } from '../runs/evidence.ts'
import type { LabContext } from './context.ts'

export type LedgerPart = ReturnType<typeof ledgerPart>

export function ledgerPart({ project }: LabContext) {
  /** A ledger outlives its data and can be read after the removal. Errors: `dataset-missing`. */
  const knownLedger = async (data: string) => {
    const found = ledgerOf(project, data)
    const kept = /^[\w-]{1,64}$/.test(data) && (await fs.stat(found.file).catch(() => null))
    if (!kept) await readDataset(project, data)
    return found
  }

  const ledger = async (data: string) => {
    const entries = await readLedger(await knownLedger(data))
    return { summary: await summariseInTurns(entries), entries: [...entries] }
  }

  const listLedgers = async () => {
    const { datasets, damaged } = await readCatalogue(project)
    const names = new Map(datasets.map(({ id, name }) => [id, name]))
    for (const { id } of damaged) names.set(id, id)
    const files = await fs.readdir(path.join(project, 'ledger')).catch(() => [])
    return files
      .filter((file) => file.endsWith('.ndjson'))
      .map((file) => path.basename(file, '.ndjson'))
      .map((data) => ({ data, name: names.get(data) ?? data, present: names.has(data) }))
      .sort((a, b) => Number(b.present) - Number(a.present) || a.name.localeCompare(b.name))
  }

  /** Walks the chain and holds it against what the runs of the project say they spent. */
  const checkLedger = async (data: string) => {
    const result = await verifyLedger(await knownLedger(data))
    if (result.ok && result.entries[0]?.kind !== 'open')
      return { ok: false, firstBad: 0, reason: 'The opening entry is missing.' }
    if (!result.ok) return { ok: false, firstBad: result.firstBad, reason: result.reason }
    const missing = await missingCharges(project, data, result.entries)
    return missing === null
      ? { ok: true, firstBad: null, reason: null }
      : {
          ok: false,
          firstBad: result.entries.length,
          reason: `Run ${missing} charged this ledger, which no longer holds the charge.`,
        }
  }

  /** Errors: `dataset-missing`, `ledger-corrupt`, `config-invalid` for the budget that stands, or where `from` no longer does. */
  const setBudget = async (data: string, from: number, budget: number, reason: string): Promise<LedgerSummary> => {
    const known = await knownLedger(data)
    await appendLedger(known, { kind: 'budget', budget, reason }, (entries) => {
      const standing = budgetOf(entries)
      if (standing !== from)
        throw new LetheError(
          'config-invalid',
          `The budget of ${data} is ${standing} by now; it was ${from} when this was decided.`,
          'Look at the ledger, and decide again.',
        )
      if (standing === budget)
        throw new LetheError('config-invalid', `The budget of ${data} is ${budget} already.`, 'Name another budget.')
    })
    return summariseInTurns(await readLedger(known))
  }

  // The course of a ledger changes only when a line is added to it.
  const courses = new Map<string, { head: string; course: Promise<CoursePoint[]> }>()
  const course = async (data: string): Promise<CoursePoint[]> => {
    const entries = await readLedger(await knownLedger(data))
    const head = entries[entries.length - 1]?.hash ?? ''
    const kept = courses.get(data)
    if (kept?.head === head) return kept.course
    const made = courseOf(entries)
    courses.set(data, { head, course: made })
    made.catch(() => courses.delete(data))
    return made
  }

  const handlers: HandlersOf<typeof ledgerCalls> = {
    'ledger.show': ({ data }) => ledger(data),
    'ledger.list': listLedgers,
    'ledger.course': ({ data }) => course(data),
    'ledger.verify': async ({ data }) => {
      const result = await checkLedger(data)
      const { entries } = await verifyLedger(await knownLedger(data))
      return { ...result, entries: entries.length }
    },
    'ledger.setBudget': ({ data, from, budget, reason }) => setBudget(data, from, budget, reason),
    'ledger.export': async ({ data, path: target, format }) => {
      const { summary, entries } = await ledger(data)
      await writeAtomic(
        target,
        format === 'csv' ? csvOf(entries) : JSON.stringify({ summary, entries }, null, 2) + '\n',
      )
      return {}
    },
  }

  return { handlers, ledger, checkLedger }
}

const columns = [
  'seq',
  'time',
  'kind',
  'run',
  'stage',
  'account',
  'mode',
  'noise',
  'budget',
  'what',
  'previous',
  'hash',
]

/** One line an entry. A cell that a spreadsheet would take for a formula is marked as text. */
export function csvOf(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((entry) => {
    const fields: Record<string, unknown> = { ...entry }
    if (entry.kind === 'charge') {
      const { event } = entry
      fields['noise'] =
        event.kind === 'pure'
          ? `epsilon ${event.epsilon} x ${event.count}`
          : `sigma ${event.noiseMultiplier}, rate ${event.rate}, steps ${event.steps}`
    }
    if (entry.kind === 'read') fields['what'] = `${entry.what} (${entry.split})`
    if (entry.kind === 'budget') fields['what'] = entry.reason
    if (entry.kind === 'open')
      fields['what'] = `opened: ${entry.relation}, delta ${entry.delta}, protects ${entry.unit}`
    return columns.map((column) => cell(fields[column]))
  })
  return [columns, ...rows].map((row) => row.join(',') + '\r\n').join('')
}

function cell(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : ''
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
