/** Holds the ledger of a data set against what its runs recorded: a ledger cut short and re-chained is found out. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { LoggedEvent } from '../contract/calls.ts'
import type { LedgerEntry } from '../contract/privacy.ts'
import { listRuns, readConfig, removedRuns } from './folder.ts'

/** The first run, also of those in the trash, with a charge that the ledger no longer holds, or null. */
export async function missingCharges(
  project: string,
  data: string,
  entries: readonly LedgerEntry[],
): Promise<string | null> {
  for (const paths of [...(await listRuns(project)), ...(await removedRuns(project))]) {
    const config = (await readConfig(paths).catch(() => null)) as { data?: unknown } | null
    if (config?.data !== data) continue
    for (const { ledgerSeq, ledgerHash } of await spendsIn(paths.events))
      if (entries[ledgerSeq]?.hash !== ledgerHash) return paths.id
  }
  return null
}

type Spend = Extract<LoggedEvent, { kind: 'spend' }>

/** The charges in a log. It may be long and is not parsed as a whole; a line that is damaged hides none of the others. */
async function spendsIn(file: string): Promise<Spend[]> {
  const found: Spend[] = []
  try {
    for await (const line of createInterface({ input: createReadStream(file) }))
      if (line.includes('"kind":"spend"')) found.push(...spendIn(line))
  } catch {
    // No log, or it ends here.
  }
  return found
}

function spendIn(line: string): Spend[] {
  try {
    return [JSON.parse(line) as Spend]
  } catch {
    return []
  }
}
