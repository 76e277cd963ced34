/** What can be reviewed, wherever it comes from: the runs of a project, or those of a bundle that is open. */
import type { Check, Item, Problem, Review, ReviewEntry, RunEvidence } from '../contract/evidence.ts'
import type { Verification } from '../files/chain.ts'
import type { RunUnderCheck } from './check-run.ts'
import { entriesOf, standingOf, type ReviewLog } from './review.ts'

export interface SourceItem {
  readonly item: Item
  readonly title: string
  readonly note: string
  readonly time: string
  /** The hash of what a verdict is given on. */
  readonly seen: string
}

export interface Source {
  readonly title: string
  /** For the printed sheet. */
  readonly facts: readonly string[]
  items(): Promise<readonly SourceItem[]>
  show(item: Item): Promise<RunEvidence>
  /** Where what is said of an item goes; null while nowhere was chosen. */
  logOf(item: Item): ReviewLog | null
  /** What was said of an item so far. */
  said(item: Item): Promise<Verification<ReviewEntry>>
}

export async function reviewOf(name: string, source: Source): Promise<Review> {
  const items = await source.items()
  let broken: string | null = null
  const shown: Review['items'] = []
  for (const { item, title, note, time, seen } of items) {
    const { ok, entries, firstBad, reason } = await source.said(item)
    if (!ok) broken ??= `${source.logOf(item)?.file ?? item.id}, entry ${firstBad}: ${reason}`
    const mine = entriesOf(entries, item)
    shown.push({ ...item, title, note, time, standing: standingOf(mine, item, seen), entries: mine })
  }
  const [first] = items
  const file = first ? (source.logOf(first.item)?.file ?? null) : null
  return { source: name, title: source.title, file, broken, items: shown }
}

export const itemNote = ({ config, privacy }: RunUnderCheck['report']): string =>
  `${config.data}, ε ${privacy.epsilon}, ${config.mode}`

export function evidenceOf(
  run: RunUnderCheck,
  item: Item,
  found: {
    readonly checks: readonly Check[]
    readonly problems: readonly Problem[]
    readonly picture: string | null
    readonly removed: boolean
  },
): RunEvidence {
  const { record, plan, config, environment, dataset, ledger } = run.report
  return {
    item,
    mode: run.mode,
    ...{ record, plan, config, environment, ledger: run.extract },
    dataset: {
      ...{ id: dataset.id, name: dataset.name, source: dataset.source, licence: dataset.licence },
      unit: dataset.privacyUnit,
      removed: found.removed,
    },
    spent: ledger.summary.spent,
    budget: ledger.summary.budget,
    checks: [...found.checks],
    problems: [...found.problems],
    picture: found.picture,
  }
}
