/** What an audit found as a table: CSV, a line for each trajectory, each understood without the others. */
import type { Audit, AuditedTrajectory, OutlierRule, VerdictWord } from '../../contract/audit.ts'

/** The rule that is looked at: its threshold may have been moved by hand. */
export interface TableRule extends Omit<OutlierRule, 'alpha'> {
  readonly threshold: number
}

type Cell = string | number | null

/** The first columns stand where they always stood; what is the same in all lines follows. */
export function auditCsv(run: string, audit: Audit, rule: TableRule): string {
  const { algorithm, data, settings, agent, original, retrained } = audit
  const same: readonly (readonly [string, Cell])[] = [
    ['rule', rule.test],
    ['spread of', statisticOf(rule) === 'grubbs' ? 'references and tested' : 'references'],
    ['sides', rule.sides],
    ['critic', settings.critic],
    ['algorithm', algorithm],
    ['data set', data.id],
    ['audit', run],
    ['agent', agent.run],
    ['original', original.run],
    ['retrained', retrained?.run ?? null],
    ['seed', settings.seed],
  ]
  const lines = audit.trajectories.map((one) => [...judged(one, rule), ...same.map(([, cell]) => cell)])
  const head = [...columns, ...same.map(([name]) => name)]
  return [head, ...lines].map((line) => line.map((cell) => cell ?? '').join(',')).join('\n') + '\n'
}

const columns = [
  ...['episode', 'group', 'steps', 'return', 'distance', 'distance of the original', 'distance of the retrained'],
  ...['statistic', 'threshold', 'verdict', 'sha256'],
] as const

const statisticOf = ({ test, sample }: TableRule): keyof AuditedTrajectory['statistics'] =>
  test === 'released' ? 'released' : sample === 'references' ? 'grubbs-references' : 'grubbs'

/** A statistic that is not known is left empty. */
function judged(one: AuditedTrajectory, rule: TableRule): Cell[] {
  const { sides, threshold } = rule
  const statistic = one.statistics[statisticOf(rule)]
  const size = statistic === null ? null : sides === 2 ? Math.abs(statistic) : statistic
  const verdict: VerdictWord = size === null ? 'undecided' : size > threshold ? 'forgotten' : 'in'
  return [
    ...[one.id, one.group, one.length, one.return, one.distance, one.original, one.retrained],
    ...[statistic, threshold, verdict, one.sha256],
  ]
}
