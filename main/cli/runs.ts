import { compareRuns, comparisonCsv, shownName } from '../runs/compare.ts'
import { runPaths } from '../runs/folder.ts'
import type { RunRecord } from '../contract/run.ts'
import { settingWords } from '../contract/setting-words.ts'
import type { Lab } from '../lab.ts'
import { progressBar, table } from './bar.ts'
import type { Command } from './command.ts'
import { LetheError } from '../contract/errors.ts'

/** Executes a run in this process with a progress bar, to its report. A signal leaves it interrupted, to be resumed. */
export async function finish(
  lab: Lab,
  run: string,
  signal: AbortSignal,
): Promise<{ record: RunRecord; report: string }> {
  const record = requireSuccess(await execute(lab, run, signal))
  return { record, report: (await lab.writeReport(run)).report }
}

async function execute(lab: Lab, run: string, signal: AbortSignal): Promise<RunRecord> {
  const bar = progressBar(process.stderr, runPaths(lab.project, run).folder)
  const events = lab.execute(run, { signal })
  for (;;) {
    const next = await events.next()
    if (next.done) {
      bar.end()
      return next.value
    }
    bar.show(next.value)
  }
}

/** A run that did not end well, as the one error of a command. */
function requireSuccess(record: RunRecord): RunRecord {
  if (record.state === 'succeeded') return record
  if (record.error)
    throw new LetheError(
      record.error.code as never,
      `Run ${record.id} failed: ${record.error.message}`,
      record.error.hint,
    )
  throw new LetheError(
    'cancelled',
    `Run ${record.id} was ${record.state}.`,
    `\`lethe runs resume ${record.id}\` goes on where it stopped.`,
  )
}

const list: Command = {
  name: 'runs list',
  summary: 'The runs of the project, oldest first',
  positionals: '',
  options: {},
  example: 'runs list',
  async run({ lab }) {
    const opened = await lab()
    const [runs, damaged] = [await opened.runs(), await opened.damagedRuns()]
    const rows = runs.map((run) => [run.id, run.state, run.title])
    for (const { id, found } of damaged) rows.push([id, 'damaged', found])
    return {
      document: { runs, ...(damaged.length > 0 && { damaged }) },
      text: rows.length > 0 ? table(rows) : 'No runs yet. `lethe demo` makes one.',
    }
  },
}

const show: Command = {
  name: 'runs show',
  summary: 'State, plan and outcome of one run',
  positionals: 'RUN',
  options: { events: { type: 'boolean', help: 'with every event it wrote' } },
  example: 'runs show 20260101-120000-images-synthesize-a1b2c3 --json',
  async run({ words, lab }) {
    const opened = await lab()
    const { summary, plan } = await opened.showRun(words.first)
    const text = [
      `${summary.title}: ${summary.state}`,
      `folder   ${summary.folder}`,
      ...(plan?.privacy
        ? [
            `privacy  epsilon ${plan.privacy.epsilon} at delta ${plan.privacy.delta} (${plan.privacy.relation}, ${plan.privacy.mode})`,
          ]
        : []),
      ...(summary.error ? [`error    ${summary.error.message} ${summary.error.hint}`] : []),
      ...(summary.outcome ? [JSON.stringify(summary.outcome, null, 2)] : []),
    ].join('\n')
    return {
      document: {
        run: summary,
        plan,
        ...(words.flag('events') ? { events: await opened.runEvents(words.first) } : {}),
      },
      text,
    }
  },
}

const resume: Command = {
  name: 'runs resume',
  summary: 'Go on with a run that was interrupted, cancelled or failed',
  positionals: 'RUN',
  options: {},
  example: 'runs resume 20260101-120000-images-synthesize-a1b2c3',
  async run({ words, lab, signal }) {
    const opened = await lab()
    const { record, report } = await finish(opened, words.first, signal)
    return {
      document: { run: record.id, outcome: record.outcome, report },
      text: `${JSON.stringify(record.outcome, null, 2)}\n\nReport: ${report}`,
    }
  },
}

const cancel: Command = {
  name: 'runs cancel',
  summary: 'Stop a run within one step; what it made so far is kept',
  positionals: 'RUN',
  options: {},
  example: 'runs cancel 20260101-120000-images-synthesize-a1b2c3',
  async run({ words, lab }) {
    const run = words.first
    await (await lab()).cancelRun(run)
    return { document: { run }, text: `Asked ${run} to stop.` }
  },
}

const compare: Command = {
  name: 'runs compare',
  summary: 'Settings and metrics of runs side by side, straight from their folders',
  positionals: 'RUN …',
  options: { csv: { type: 'string', help: 'also write the table to this file' } },
  example: 'runs compare RUN_A RUN_B --csv comparison.csv',
  async run({ words, lab }) {
    const opened = await lab()
    const comparison = await compareRuns(opened.project, words.positionals)
    const csv = words.text('csv')
    if (csv) await opened.writeComparison(words.positionals, comparisonCsv(comparison), csv)
    const rows = [
      ['', ...comparison.runs],
      ...comparison.rows.map((row) => [
        shownName(row),
        ...(row.kind === 'setting'
          ? settingWords(row.values)
          : row.values.map((value) => (value === null ? '–' : String(value)))),
      ]),
    ]
    return { document: comparison, text: table(rows) }
  },
}

const report: Command = {
  name: 'runs report',
  summary: 'Write report.html and report.json of a run anew',
  positionals: 'RUN',
  options: {},
  example: 'runs report 20260101-120000-images-synthesize-a1b2c3',
  async run({ words, lab }) {
    const written = await (await lab()).writeReport(words.first)
    return { document: written, text: written.report }
  },
}

export const runsCommands: readonly Command[] = [list, show, resume, cancel, compare, report]
