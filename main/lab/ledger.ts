/** The ledgers of the project: what was spent, and whether the chain holds. */
import { promises as fs } from 'node:fs'
import type { HandlersOf } from '../contract/calls.ts'
import type { ledgerCalls } from '../contract/calls/ledger.ts'
import { readDataset } from '../data/catalogue.ts'
import { ledgerOf, readLedger, summarise, verifyLedger } from '../privacy/ledger.ts'
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
    return { summary: summarise(entries), entries: [...entries] }
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

  const handlers: HandlersOf<typeof ledgerCalls> = {
    'ledger.show': ({ data }) => ledger(data),
  }

  return { handlers, ledger, checkLedger }
}
