/** What can be said of a request: for its page, for the terminal, and for the report of an audit. */
import type { DeletionStatement } from '../../contract/deletion.ts'
import { decidedCopies, findCopies } from './copies.ts'
import { closingOf, openingOf, summaryOf, verifyRequest } from './record.ts'

/** What no list can hold. */
const limits = [
  'Copies that were made outside Lethe: of the files of the project, of the disk, of backups and snapshots.',
  'Exports and bundles written by versions of Lethe before there was a record of exports; and what became of any export since.',
  'Bytes of deleted files that the disk has not overwritten yet. Only an encrypted disk whose key is destroyed is sure.',
  'What agents outside this project learnt from the episodes.',
  'Whether an agent has forgotten: an audit compares values and gives an estimate, not a proof.',
] as const

/** Reads, and changes nothing. Errors: `file-missing`, `usage`, `request-corrupt` where not even the first line holds. */
export async function deletionStatement(project: string, request: string): Promise<DeletionStatement> {
  const verified = await verifyRequest(project, request)
  const { entries } = verified
  const [about] = openingOf(entries, request).holders
  const closed = closingOf(entries)
  const found = closed ? [] : await findCopies(project, entries)
  return {
    schema: 'lethe.deletion/1',
    ...summaryOf(request, verified)!,
    hashes: about!.chosen.map(({ sha256 }) => sha256),
    contentHash: about!.contentHash,
    copies: decidedCopies(found, entries),
    incomplete: closed?.incomplete ?? [],
    limits: [...limits],
    record: { entries: entries.length, head: entries.at(-1)!.hash },
  }
}
