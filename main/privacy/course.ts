/** How the spending of a ledger grew: its epsilon, composed anew, after each stretch of charges by one run. */
import type { LedgerEntry } from '../contract/privacy.ts'
import { takeTurns } from '../files/turns.ts'
import { budgetOf, summariseInTurns } from './ledger.ts'

export interface CoursePoint {
  readonly seq: number
  readonly time: string
  readonly spent: number
  readonly budget: number
  /** The run that charged last; empty for the opening and for a change of budget. */
  readonly run: string
}

/** Points composed, at most; beyond it only some of the charges are, evenly spaced, and the last. */
const most = 120

export async function courseOf(entries: readonly LedgerEntry[]): Promise<CoursePoint[]> {
  const ends = entries.flatMap((entry, place) => {
    const next = entries[place + 1]
    const goesOn = entry.kind === 'charge' && next?.kind === 'charge' && next.run === entry.run
    return entry.kind === 'read' || goesOn ? [] : [place]
  })
  const step = Math.max(1, Math.ceil(ends.length / most))
  const wanted = ends.filter((_, index) => index % step === 0 || index === ends.length - 1)
  const turn = takeTurns()
  const course: CoursePoint[] = []
  let composed = 0
  let spent = 0
  for (const place of wanted) {
    const upTo = entries.slice(0, place + 1)
    const entry = entries[place]!
    const charges = upTo.filter(({ kind }) => kind === 'charge').length
    // A budget that changes spends nothing: the composition before it still stands.
    if (charges !== composed) [composed, spent] = [charges, (await summariseInTurns(upTo)).spent]
    const budget = budgetOf(upTo)
    course.push({ seq: entry.seq, time: entry.time, spent, budget, run: entry.kind === 'charge' ? entry.run : '' })
    await turn()
  }
  return course
}
