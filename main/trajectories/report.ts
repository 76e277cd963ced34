/** The evidence of one run on trajectories: what was trained on what, with which settings, and what came out. HTML for people, JSON beside it. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { TrajectorySet } from '../contract/trajectories.ts'
import type { Plan, RunRecord } from '../contract/run.ts'
import { writeAtomic, writeJson } from '../files/atomic.ts'

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

const escape = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

function reportPage({ record, dataset, config, environment, timing }: TrajectoryReport): string {
  const sections: [string, unknown][] = [
    ['Outcome', record.outcome],
    ['Data', dataset ?? 'The data set is no longer in the project.'],
    ['Settings', config],
    ['Computing time', timing],
    ['Environment', environment],
  ]
  const body = sections.map(([title, value]) => `<section><h2>${title}</h2>${shown(value)}</section>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(record.title)}</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style}</style></head><body><h1>${escape(record.title)}</h1>
<p class="quiet">Run ${escape(record.id)}, ended ${escape(record.ended)}. Data of this kind has no privacy budget: nothing here is private in the sense of differential privacy.</p>
${body.join('\n')}</body></html>
`
}

/** Nested data as tables; long lists are cut. */
function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const some = value.slice(0, 50).map((one) => (typeof one === 'object' ? JSON.stringify(one) : figure(one)))
    return escape(some.join(', ')) + (value.length > 50 ? ` … (${value.length})` : '')
  }
  if (value === null || typeof value !== 'object') return escape(figure(value))
  const rows = Object.entries(value).map(([name, inner]) => `<tr><th>${escape(name)}</th><td>${shown(inner)}</td></tr>`)
  return `<table>${rows.join('')}</table>`
}
const figure = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : (value ?? '–')

const style = `
:root{color-scheme:light dark;--ink:#1c2326;--paper:#fbfaf7;--quiet:#5d686c;--line:#d9d6cd;--accent:#0f6a73}
@media(prefers-color-scheme:dark){:root{--ink:#e4e6e3;--paper:#15191b;--quiet:#98a2a5;--line:#323a3d;--accent:#5bb8c0}}
body{font:16px/1.55 "Source Sans 3","Segoe UI",system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:0 auto;padding:3rem 1.5rem 5rem}
h1{font-size:1.9rem;font-weight:600;margin:0}h2{font-size:1.1rem;font-weight:600;margin:0 0 .8rem;color:var(--accent)}
section{margin-top:2.4rem;padding-top:1.4rem;border-top:1px solid var(--line)}.quiet{color:var(--quiet)}
table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem 1.4rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;color:var(--quiet);white-space:nowrap}
`
