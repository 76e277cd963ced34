/** From distances to verdicts, shares and the auditor's own scores. An audit and whoever verifies its report compute the same here. */
import {
  ruleNames,
  type Audit,
  type AuditedTrajectory,
  type AuditorScores,
  type AuditShare,
  type AuditShares,
  type OutlierRule,
  type RuleName,
} from '../../contract/audit.ts'
import { besideControl, differenceOf, shareOf } from '../../contract/shares.ts'
import { chanceOf, judge, releasedRule, textbookRule, threshold, type Verdict } from './outlier.ts'
import { auditScores } from './scores.ts'

type Judged = Pick<AuditedTrajectory, 'references' | 'distance'>
export type Rules = Readonly<Record<RuleName, OutlierRule>>

const figure = (value: number): number | null => (Number.isFinite(value) ? value : null)
const stored = ({ statistic, threshold: limit, verdict }: Verdict) => ({
  ...{ statistic: figure(statistic), threshold: limit, verdict },
})

export function statisticsOf({ references, distance }: Judged): AuditedTrajectory['statistics'] {
  const by = (rule: OutlierRule) => figure(judge(references, distance, rule).statistic)
  return {
    released: by(releasedRule),
    grubbs: by(textbookRule),
    'grubbs-references': by({ ...textbookRule, sample: 'references' }),
  }
}

export function verdictsOf({ references, distance }: Judged, rules: Rules): AuditedTrajectory['verdicts'] {
  const by = (name: RuleName) => stored(judge(references, distance, rules[name]))
  return { released: by('released'), textbook: by('textbook') }
}

type Rows = Pick<Audit, 'trajectories'>['trajectories']

export function sharesOf(trajectories: Rows, rule: RuleName): AuditShares {
  const share = (group: AuditedTrajectory['group'], wanted: 'in' | 'forgotten'): AuditShare => {
    const decided = trajectories.filter((one) => one.group === group && one.verdicts[rule].verdict !== 'undecided')
    const count = decided.filter((one) => one.verdicts[rule].verdict === wanted).length
    return decided.length === 0 ? null : { count, of: decided.length, ...shareOf(count, decided.length) }
  }
  return {
    forgotten: share('forgotten', 'forgotten'),
    remaining: share('remaining', 'in'),
    control: share('never-seen', 'forgotten'),
    undecided: trajectories.filter((one) => one.verdicts[rule].verdict === 'undecided').length,
  }
}

/** What the audit would find of the agent trained anew, which cannot know the forget set: no forgetting can show more. Null without one. */
export function sharesOfRetrained(trajectories: Rows, rules: Rules): Audit['shares'] | null {
  const rows = trajectories.flatMap((one) => {
    if (one.retrained === null) return []
    return [{ ...one, verdicts: verdictsOf({ references: one.references, distance: one.retrained }, rules) }]
  })
  if (rows.length === 0) return null
  return { released: sharesOf(rows, 'released'), textbook: sharesOf(rows, 'textbook') }
}

/** Null without an agent trained anew, or without one of the two groups. */
function auditorOf(trajectories: Rows, rule: OutlierRule): AuditorScores | null {
  const of = (group: AuditedTrajectory['group']) => trajectories.filter((one) => one.group === group)
  const [remaining, forget] = [of('remaining'), of('forgotten')]
  if (remaining.length === 0 || forget.length === 0 || trajectories.some(({ retrained }) => retrained === null))
    return null
  const count = (rows: Rows, under: 'original' | 'retrained', verdict: string): number =>
    rows.filter((one) => judge(one.references, one[under]!, rule).verdict === verdict).length
  const scores = auditScores({
    remaining: remaining.length,
    forget: forget.length,
    remainingInRetrained: count(remaining, 'retrained', 'in'),
    remainingInOriginal: count(remaining, 'original', 'in'),
    forgetInOriginal: count(forget, 'original', 'in'),
    forgottenInRetrained: count(forget, 'retrained', 'forgotten'),
  })
  return Object.fromEntries(
    Object.entries<number>({ ...scores }).map(([name, value]) => [name, figure(value)]),
  ) as AuditorScores
}

export function auditorsOf(trajectories: Rows, rules: Rules): Audit['auditor'] {
  const [released, textbook] = ruleNames.map((name) => auditorOf(trajectories, rules[name]))
  return released && textbook ? { released, textbook } : null
}

const percent = (share: number): string => `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 1)} %`
const figures = (value: number): string => String(Number(value.toPrecision(4)))
const ofThem = ({ count, of }: NonNullable<AuditShare>): string => `${count} of ${of}`

/** What follows where the control is judged forgotten as often as the forget set. */
export const controlWords =
  'That is about as many as of the forget set: the verdicts then show that the agent changed, not that it forgot these trajectories in particular.'

const inWords = (share: number): string => `${share < 0 ? '−' : ''}${Math.abs(100 * share).toFixed(0)}`

const goneOf = (from: number, to: number): number | null => (from > 0 ? 1 - to / from : null)

/** Of the way from the original to the agent trained anew, by values along the forget set: below 0 for one that went elsewhere. Null without all three. */
export function wayToRetrained({ agentAndRetrained, originalAndRetrained }: Audit['apart']): number | null {
  const [from, to] = [originalAndRetrained?.forgotten, agentAndRetrained?.forgotten]
  return from && to ? goneOf(from.value, to.value) : null
}

/** How near it has come to exact forgetting. Where the two ends are no farther apart than along what remains, the way means little. */
function wayWords({ apart: { agentAndRetrained, originalAndRetrained } }: Pick<Audit, 'apart'>): string[] {
  const [from, to] = [originalAndRetrained?.forgotten, agentAndRetrained?.forgotten]
  if (!from || !to) return []
  const along = (of: 'value' | 'action'): string => {
    const way = goneOf(from[of], to[of])
    const gone = way === null ? '' : way > 0 ? ` (${percent(way)} of the way)` : ' (no nearer)'
    return `${figures(from[of])} and ${figures(to[of])}${gone}`
  }
  const rest = originalAndRetrained!.remaining
  // Both: the values of IQL follow the rewards' scale, which is another without the forget set.
  const alike =
    rest && from.value < 1.5 * rest.value && from.action < 1.5 * rest.action
      ? ` Along what remains the original is ${figures(rest.value)} and ${figures(rest.action)} from it, about as far: little sets the forget set apart.`
      : ''
  return [
    `Along the forget set the original and the audited agent are ${along('value')} from the agent trained anew in values, ${along('action')} in actions.${alike}`,
  ]
}

/** The control says less where the agent trained anew fails on it, too. */
function anewWords({ trajectories, rules, retrained }: Pick<Audit, 'trajectories' | 'rules' | 'retrained'>): string {
  const anew = retrained && sharesOfRetrained(trajectories, rules)?.released
  if (!anew?.forgotten || !anew.control || besideControl(anew.forgotten, anew.control) !== 'alike') return ''
  return ` Under the agent trained anew ${ofThem(anew.control)} are, too, and of the forget set ${ofThem(anew.forgotten)}: here even exact forgetting does not tell the two apart.`
}

/** Whether the forget set is ahead of the control, as far as so many trajectories can tell. */
function controlSentence(forgotten: NonNullable<AuditShare>, control: NonNullable<AuditShare>): string {
  const { difference, low, high } = differenceOf(forgotten, control)
  const beside = besideControl(forgotten, control)
  if (beside === 'alike') return controlWords
  const points = `The forget set is ahead by ${inWords(difference)} points (${inWords(low)} to ${inWords(high)} at 95 %, were verdicts independent; they share one agent and its shadows)`
  return beside === 'unsure'
    ? `${points}: that may be chance.`
    : `${points}; at most that can be put down to forgetting these trajectories.`
}

/** A control of other skill than the forget set says less; more than half a deviation apart is worth a sentence. */
function unlikeWords(trajectories: Rows): string {
  const returns = (group?: AuditedTrajectory['group']) =>
    trajectories.filter((one) => group === undefined || one.group === group).map((one) => one.return)
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [all, forget, control] = [returns(), mean(returns('forgotten')), mean(returns('never-seen'))]
  const middle = mean(all)
  const deviation = Math.sqrt(mean(all.map((value) => (value - middle) ** 2)))
  if (!(Math.abs(forget - control) > deviation / 2)) return ''
  return ` The two are not alike: the forget set returned ${figures(forget)} on the mean, the control ${figures(control)}.`
}

function chanceWords({ rules, settings: { shadows, evaluations } }: Pick<Audit, 'rules' | 'settings'>): string {
  const chance = (name: RuleName): string => {
    const share = chanceOf(rules[name], shadows * evaluations)
    return share < 1e-3 ? 'less than 0.1 %' : percent(share)
  }
  return `By chance alone the released rule would flag ${chance('released')}, the textbook test ${chance('textbook')}, were the references independent. They are ${shadows} shadows seen ${evaluations} times each, and part of the mean that they are held against: in truth it is more.`
}

/** What the figures say, in sentences that stand in the report and in the window. */
export function wordsOf(
  audit: Pick<Audit, 'trajectories' | 'shares' | 'auditor' | 'retrained' | 'apart' | 'settings' | 'rules'>,
): string[] {
  const words: string[] = []
  const { forgotten, remaining, control, undecided } = audit.shares.released
  if (forgotten)
    words.push(
      `By the released rule ${ofThem(forgotten)} trajectories of the forget set look forgotten (${percent(forgotten.share)}); by the textbook test ${ofThem(audit.shares.textbook.forgotten ?? { ...forgotten, count: 0 })}.`,
    )
  if (remaining)
    words.push(
      `Of the remaining trajectories ${ofThem(remaining)} still look learnt from (${percent(remaining.share)}); what is missing there was lost beside the forget set.`,
    )
  if (control) {
    words.push(
      `Of trajectories that neither agent ever saw, ${ofThem(control)} are judged forgotten. ` +
        (forgotten === null
          ? 'A verdict “in” says little where most of these are judged in as well.'
          : controlSentence(forgotten, control) + anewWords(audit)) +
        unlikeWords(audit.trajectories),
    )
  }
  if (undecided > 0)
    words.push(
      `${undecided} trajectories are undecided: the critic gives them the same value whoever acts, as one that was never trained does. Nothing can be said about them.`,
    )
  words.push(chanceWords(audit))
  const { released: auditor } = audit.auditor ?? {}
  if (auditor?.balancedAccuracy != null)
    words.push(
      `Under the agent trained anew, which cannot know the forget set, the released rule judges ${percent(auditor.specificity ?? 0)} of it forgotten: a balanced accuracy of ${auditor.balancedAccuracy.toFixed(2)}, where 0.50 is blind. Its F1 of ${(auditor.f1 ?? 0).toFixed(2)} stands beside ${(auditor.blindF1 ?? 0).toFixed(2)} of an auditor that says “in” of everything.`,
    )
  words.push(...wayWords(audit))
  if (audit.retrained === null)
    words.push(
      'No agent trained from scratch without the forget set was given: how far the auditor itself errs on this data is not known.',
    )
  return words
}

/** How many standard deviations a verdict needs, for many levels at once: what the window draws and lets one move. */
export function thresholdTable(references: number, alphas: readonly number[]) {
  const tests = [
    { test: 'released', sample: 'references', count: references },
    { test: 'grubbs', sample: 'with tested', count: references + 1 },
    { test: 'grubbs', sample: 'references', count: references },
  ] as const
  return tests.flatMap(({ test, sample, count }) =>
    ([1, 2] as const).map((sides) => ({
      ...{ test, sample, sides },
      thresholds: alphas.map((alpha) => threshold({ test, sides, alpha }, count)),
      chances: alphas.map((alpha) => chanceOf({ test, sample, sides, alpha }, references)),
    })),
  )
}
