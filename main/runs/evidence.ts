/** Holds the ledger of a data set against what its runs recorded: a ledger cut short and re-chained is found out. */
import type { LedgerEntry } from '../contract/privacy.ts'
import { listRuns, readConfig, readEvents } from './folder.ts'

/** The first run with a charge that the ledger no longer holds, or null. */
export async function missingCharges(
  project: string,
  data: string,
  entries: readonly LedgerEntry[],
): Promise<string | null> {
  for (const paths of await listRuns(project)) {
    const config = (await readConfig(paths).catch(() => null)) as { data?: unknown } | null
    if (config?.data !== data) continue
    for (const event of await readEvents(paths).catch(() => []))
      if (event.kind === 'spend' && entries[event.ledgerSeq]?.hash !== event.ledgerHash) return paths.id
  }
  return null
}
