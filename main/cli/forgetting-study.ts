/** The study of forgetting in the terminal: cells, intervals over seeds, and what they say together. */
import { criticChoices, ruleNames, type RuleName } from '../contract/audit.ts'
import { percent, targets, timeTarget, wayWords, type Aggregate, type Spread } from '../lab/studies/claim.ts'
import type { ForgettingCell } from '../lab/studies/forgetting.ts'
import { studyDefaults, type FillState, type PassedOver } from '../lab/studies/wanted.ts'
import type { MeanInterval } from '../math/interval.ts'
import type { TrainPreset } from '../trajectories/train.ts'
import { unlearnMethods } from '../trajectories/unlearning/unlearn.ts'
import { table } from './bar.ts'
import { settings, type Command } from './command.ts'
import { selectorOf } from './forgetting.ts'
import {
  defaultForget,
  forgetOption,
  makeMissing,
  optionsOf,
  studyAnswer,
  studyOptions,
  type Failure,
} from './studies.ts'

const all = { ...studyDefaults, algorithms: studyDefaults.algorithms.filter((id) => id !== 'bc') }
const defaultAudited = 'auto:60'

const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : percent(value)
const word = (state: FillState, done: string): string => (state === 'done' ? done : state)
const names = ['task', 'algorithm', 'seed']
const groups = ['forgotten', 'remaining', 'control'] as const

/** A line for what the agents did, and one for each way of judging. */
function cellTables(cells: readonly ForgettingCell[]): string {
  const place = ({ task, algorithm, seed }: ForgettingCell): string[] => [task, algorithm, String(seed)]
  const efforts = cells.map((cell) => {
    const { runs, training, unlearning, returns, shadows, audits } = cell
    return [
      ...place(cell),
      word(runs.original.state, String(training?.updates)),
      word(runs.unlearned.state, String(unlearning?.updates)),
      returns ? `${returns.before.toFixed(0)} → ${returns.after.toFixed(0)}` : '–',
      share(returns?.loss),
      ...[share(unlearning?.shareOfTime), share(shadows?.shareOfTime), share(audits.released?.shareOfTime)],
    ]
  })
  const verdicts = cells.flatMap((cell) =>
    criticChoices.map((critic) => {
      const audit = cell.audits[critic]
      if (!audit) return [...place(cell), critic, cell.runs[critic].state]
      const { shares, retrained, auditor, wayToRetrained } = audit
      const byRules = (of: (rule: RuleName) => string): string => ruleNames.map(of).join(' / ')
      return [
        ...[...place(cell), critic],
        ...groups.map((group) => byRules((rule) => share(shares[rule][group]?.share))),
        retrained ? byRules((rule) => share(retrained[rule].forgotten?.share)) : '–',
        auditor ? byRules((rule) => auditor[rule].f1?.toFixed(2) ?? '–') : '–',
        share(wayToRetrained),
      ]
    }),
  )
  const effortHead = ['training', 'unlearning', 'return', 'lost', 'its time', 'shadows', 'audit']
  const verdictHead = [
    'critic',
    'forgotten',
    'remaining in',
    'control forgotten',
    'trained anew',
    'F1 of the auditor',
    'way to the one trained anew',
  ]
  return [
    'Updates, returns, and computing time as shares of that of the training',
    table([[...names, ...effortHead], ...efforts]),
    '',
    'Verdicts, by the released rule / the textbook test; the control was never seen',
    table([[...names, ...verdictHead], ...verdicts]),
  ].join('\n')
}

/** Cut where a share can be nothing else. */
function around(interval: MeanInterval | null, least = -Infinity, most = Infinity): string {
  if (!interval) return '–'
  const { mean, half } = interval
  const shown = (value: number): string => (100 * Math.min(most, Math.max(least, value))).toFixed(1)
  return `${shown(mean)} (${shown(mean - half)} – ${shown(mean + half)}) %`
}

function spreadTable(spreads: readonly Spread[]): string[] {
  const rows = spreads
    .filter(({ shares, loss }) => loss || shares.some(({ forgotten }) => forgotten))
    .flatMap(({ task, algorithm, seeds, shares, loss }) =>
      shares.map((one, place) => [
        ...[task, algorithm, String(seeds), wayWords(one), ...groups.map((group) => around(one[group], 0, 1))],
        place === 0 ? around(loss) : '',
      ]),
    )
  const head = ['task', 'algorithm', 'seeds', 'judged by', 'forgotten', 'remaining in', 'control forgotten', 'lost']
  return rows.length === 0 ? [] : ['', 'Means over seeds, and their 95 % intervals', table([head, ...rows])]
}

function meansTable({ claims, loss, time }: Aggregate, preset: TrainPreset): string {
  const goal = (reached: boolean | null): string => (reached === null ? '' : reached ? ', reached' : ', not reached')
  const rows = claims.map((claim) => [
    wayWords(claim),
    `${share(claim.forgotten)}${goal(claim.reached.forgotten)}`,
    `${share(claim.remaining)}${goal(claim.reached.remaining)}`,
    share(claim.control),
  ])
  const head = [
    'judged by',
    `forgotten (target ≥ ${percent(targets.forgotten)})`,
    `remaining in (≥ ${percent(targets.remaining)})`,
    'control forgotten',
  ]
  const least = timeTarget(preset)
  const efforts = [
    ['return lost', share(loss?.mean), `< ${percent(targets.loss)}${goal(loss?.reached ?? null)}`],
    ['updates of unlearning, of those of the training', share(time.updates), ''],
    [
      'time of unlearning, of that of the training',
      share(time.unlearning),
      least ? `≤ ${percent(least)}${goal(time.reached.unlearning)}` : '',
    ],
    ['time of the shadows, of it', share(time.shadows), ''],
    ['time of 200 verdicts, of it', share(time.audit), `< ${percent(targets.audit)}${goal(time.reached.audit)}`],
  ]
  return [
    'Means over tasks and algorithms, beside their targets',
    table([head, ...rows]),
    '',
    table([['', 'mean', 'target'], ...efforts]),
  ].join('\n')
}

export const forgettingStudy: Command = {
  name: 'trajectories study forgetting',
  summary:
    'Do agents forget what they are asked to, keep the rest, and play as well? Trains, unlearns and audits; can be stopped and asked again',
  positionals: '',
  options: {
    ...studyOptions(all),
    forget: forgetOption,
    method: { type: 'string', help: `${unlearnMethods.join(', ')} (default ${unlearnMethods[0]})` },
    set: { type: 'string', multiple: true, help: 'key=value, a setting of the unlearning; may be repeated' },
    audited: {
      type: 'string',
      help: `as --episodes of \`trajectories audit\` (default ${defaultAudited}: the forget set, up to 60 remaining and 60 never-seen ones)`,
    },
    retrained: { type: 'boolean', help: 'train agents from scratch without the forget set, too, as the reference' },
  },
  example: 'trajectories study forgetting --tasks hopper --algorithms td3-bc --seeds 1,2',
  async run({ words, lab, signal, say }) {
    const chosen = {
      ...optionsOf(this, words, all),
      forget: await selectorOf(words.text('forget') ?? defaultForget),
      method: words.text('method') ?? unlearnMethods[0],
      set: settings(this, words),
      audited: await selectorOf(words.text('audited') ?? defaultAudited),
      retrained: words.flag('retrained'),
    }
    const opened = await lab()
    const next = (passedOver: PassedOver) => opened.nextOfForgetting(chosen, passedOver)
    let failures: readonly Failure[] = []
    if (!words.flag('show')) {
      await opened.ensureForgettingSets(chosen, signal)
      failures = await makeMissing(opened, { signal, say }, next)
    }
    const { cells, aggregate } = await opened.forgettingTable(chosen)
    const { preset, episodes, expertShare, forget, method, set, audited } = chosen
    const facts = { study: 'forgetting', preset, episodes, expertShare, forget, method, set, audited, targets }
    const parts = [cellTables(cells), ...spreadTable(aggregate.spreads), '', meansTable(aggregate, preset), '']
    return studyAnswer({ ...facts, table: cells, aggregate }, [...parts, ...aggregate.words].join('\n'), failures)
  },
}
