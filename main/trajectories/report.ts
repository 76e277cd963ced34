/** The evidence of one run on trajectories: what was trained on what, with which settings, and what came out. HTML for people, JSON beside it. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { TrajectorySet } from '../contract/trajectories.ts'
import type { Plan, RunRecord } from '../contract/run.ts'
import { writeAtomic, writeJson } from '../files/atomic.ts'
import { estimateLimit, estimateRows } from './estimates/words.ts'
import { escapeText, pageStyle, shownValue } from './report-parts.ts'

export interface TrajectoryReport {
  readonly schema: 'lethe.trajectories-report/1'
  /** The set as it is now; null where it was removed since. */
  readonly dataset: Pick<TrajectorySet, 'id' | 'name' | 'source' | 'episodes' | 'steps' | 'contentHash'> | null
  readonly record: RunRecord
  readonly plan: Plan
  readonly config: unknown
  readonly environment: Readonly<Record<string, unknown>>
  /** Computing time; apart from the outcome, which does not depend on the clock. */
  readonly timing: { readonly updates: number; readonly seconds: number } | null
}

/** Writes both files into the run's folder and gives the path of the page. */
export async function writeTrajectoryReport(
  folder: string,
  document: Omit<TrajectoryReport, 'schema' | 'timing'>,
): Promise<string> {
  const file = await fs.readFile(path.join(folder, 'artifacts', 'timing.json'), 'utf8').catch(() => 'null')
  const whole: TrajectoryReport = {
    schema: 'lethe.trajectories-report/1',
    ...document,
    timing: JSON.parse(file) as TrajectoryReport['timing'],
  }
  await writeJson(path.join(folder, 'report.json'), whole)
  const page = path.join(folder, 'report.html')
  await writeAtomic(page, reportPage(whole))
  return page
}

function reportPage({ record, dataset, config, environment, timing }: TrajectoryReport): string {
  const estimates = estimateRows(record.outcome)
  const sections: [string, unknown][] = [
    ...(estimates.length > 0
      ? [['Estimates', { ...Object.fromEntries(estimates), 'What this is': estimateLimit }] as [string, unknown]]
      : []),
    ['Outcome', record.outcome],
    ['Data', dataset ?? 'The data set is no longer in the project.'],
    ['Settings', config],
    ['Computing time', timing],
    ['Environment', environment],
  ]
  const body = sections.map(([title, value]) => `<section><h2>${title}</h2>${shownValue(value)}</section>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeText(record.title)}</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${pageStyle}</style></head><body><h1>${escapeText(record.title)}</h1>
<p class="quiet">Run ${escapeText(record.id)}, ended ${escapeText(record.ended)}. Data of this kind has no privacy budget: nothing here is private in the sense of differential privacy.</p>
${body.join('\n')}</body></html>
`
}
