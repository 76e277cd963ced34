/**
 * The evidence of one run as a single file that opens anywhere: samples, scores, the privacy statement in plain words with its
 * numbers, the ledger, the environment, how to make it again. `report.json` holds the same data. In release mode nothing that
 * was read without noise appears.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Dataset } from '../contract/dataset.ts'
import type { LedgerEntry, LedgerSummary, PrivacyPlan, Stage } from '../contract/privacy.ts'
import type { Plan, RunRecord } from '../contract/run.ts'
import { writeAtomic, writeJson } from '../files/atomic.ts'
import type { Fidelity } from '../images/fidelity.ts'
import { methodOf } from '../images/methods.ts'
import type { ClassifierScore, Utility } from '../images/protocol.ts'
import type { SynthesizeConfig } from '../images/synthesize.ts'
import { roundUp } from '../privacy/compose.ts'
import { readConfig, readPlan, readRecord, type RunPaths } from './folder.ts'

export interface ReportInput {
  readonly dataset: Dataset
  readonly ledger: { readonly summary: LedgerSummary; readonly entries: readonly LedgerEntry[] }
}

interface ReportData extends ReportInput {
  readonly record: RunRecord
  readonly plan: Plan
  readonly privacy: PrivacyPlan
  readonly config: SynthesizeConfig
  readonly environment: Record<string, unknown>
  readonly outcome: Partial<Utility> & { readonly fidelity?: Fidelity; readonly images?: number }
  readonly samples: Buffer | null
}

/** Writes both files and returns the path of report.html. Errors: `run-state` for a run that has not ended well. */
export async function writeReport(paths: RunPaths, input: ReportInput): Promise<string> {
  const record = await readRecord(paths)
  if (record.state !== 'succeeded')
    throw new LetheError(
      'run-state',
      `Run ${paths.id} is ${record.state}; a report is made of a run that ended well.`,
      'Resume it first.',
    )
  const plan = await readPlan(paths)
  if (!plan.privacy) throw new LetheError('internal', `Run ${paths.id} has no privacy plan.`)
  const environment = JSON.parse(await fs.readFile(paths.environment, 'utf8')) as Record<string, unknown>
  const data: ReportData = {
    ...input,
    record,
    plan,
    privacy: plan.privacy,
    config: (await readConfig(paths)) as SynthesizeConfig,
    environment,
    outcome: record.outcome as ReportData['outcome'],
    samples: await fs.readFile(path.join(paths.artifacts, 'samples-final.png')).catch(() => null),
  }
  const { samples: _samples, ...document } = data
  await writeJson(paths.reportJson, { schema: 'lethe.report/1', ...document, ledger: relevant(data) })
  await writeAtomic(paths.reportHtml, page(data))
  return paths.reportHtml
}

/** A release-mode report shows charges only; every non-private read of the data set stays in the project's ledger. */
function relevant({ ledger, config, record }: ReportData): ReportData['ledger'] {
  const entries = ledger.entries.filter((entry) => config.mode === 'research' || entry.kind !== 'read')
  return { ...ledger, entries: entries.filter((entry) => entry.kind !== 'read' || entry.run === record.id) }
}

const escape = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${(100 * value).toFixed(1)} %`
/** 1.6657e-6 as 1.6657 × 10⁻⁶. */
const scientific = (value: number): string => {
  const [digits, exponent] = value.toExponential().split('e')
  return `${digits} × 10${[...exponent!.replace('+', '')].map((character) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(character)]).join('')}`
}
const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  `<table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`
const section = (title: string, ...body: string[]): string =>
  `<section><h2>${escape(title)}</h2>${body.join('\n')}</section>`
const paragraph = (text: string, kind = ''): string => `<p${kind && ` class="${kind}"`}>${escape(text)}</p>`

function statement({ privacy, dataset, config }: ReportData): string {
  const relation =
    privacy.relation === 'add-remove'
      ? `whether any one record (${dataset.privacyUnit}) is in the data or not`
      : `which value any one record (${dataset.privacyUnit}) has`
  const factor = Math.exp(Math.min(privacy.epsilon, 700))
  const odds =
    factor < 1000 ? `at most ${factor.toPrecision(3)} times` : 'by a very large factor (this epsilon is weak)'
  return [
    paragraph(
      `These images were made under (ε, δ)-differential privacy with ε = ${privacy.epsilon} and δ = ${scientific(privacy.delta)}. ` +
        `Whoever sees them, with any other knowledge, can change the odds of a guess about ${relation} ${odds}, except with probability of about δ.`,
      'statement',
    ),
    table(
      ['What was released', 'From', 'Mechanism', 'Sensitivity'],
      privacy.stages.map((stage) => [stage.noisedQuantity, stage.account, mechanismOf(stage), stage.sensitivity]),
    ),
    table(
      ['Epsilon of this run by', 'RDP', 'PLD', 'Analytic Gaussian'],
      (['train', 'validation'] as const).map((account) => {
        const { rdp, pld, gaussian } = privacy.accounts[account]
        return [
          `${account} records`,
          ...[rdp, pld, gaussian].map((value) => (value === undefined ? 'does not apply' : roundUp(value))),
        ]
      }),
    ),
    paragraph(
      `All are upper bounds, rounded up; the smallest counts. Train and validation records are disjoint, so the run costs the larger of the two. ` +
        `Neighbouring data sets: ${privacy.relation}.`,
    ),
    config.mode === 'research'
      ? paragraph(
          'Research mode: the noise comes from a seed that is written below, so that the run can be repeated. Do not release these images; make a run in release mode for that.',
          'warning',
        )
      : paragraph(
          'Release mode: the noise came from the operating system and cannot be made again. Only figures that were themselves made with noise appear in this report.',
        ),
  ].join('\n')
}

const mechanismOf = (stage: Stage): string =>
  stage.event.kind === 'gaussian'
    ? `Gaussian, noise multiplier ${stage.event.noiseMultiplier.toPrecision(6)}, ${stage.event.steps} time${stage.event.steps === 1 ? '' : 's'}`
    : `Laplace or geometric, ε = ${stage.event.epsilon}`

function scores({ outcome, config }: ReportData): string {
  const { selection, classifiers = [], reference = [], fidelity } = outcome
  if (!selection) return paragraph('No scores were asked for.')
  const parts = [
    table(
      ['Private score', ''],
      [
        ['Chosen by report-noisy-max on the validation split', `${selection.classifier}, epoch ${selection.epoch}`],
        ['Its accuracy on the validation split, with noise', percent(selection.privateAccuracy)],
      ],
    ),
  ]
  if (config.mode === 'research' && selection.testAccuracy !== null) {
    const last = (list: readonly ClassifierScore[], id: string): number | undefined =>
      list.find((score) => score.id === id)?.testAccuracy.at(-1)
    parts.push(
      paragraph(
        'Not private: what follows was computed from private data without noise. It is for this room only.',
        'warning',
      ),
      table(
        ['Trained on', ...classifiers.map((score) => score.title)],
        [
          ['synthetic images, last epoch', ...classifiers.map((score) => percent(score.testAccuracy.at(-1)))],
          ['real images (reference)', ...classifiers.map((score) => percent(last(reference, score.id)))],
        ],
      ),
      table(
        ['Accuracy on the real test set', ''],
        [
          ['of the privately chosen classifier', percent(selection.testAccuracy)],
          ['best epoch on the test set (what not to do: it leaks and flatters)', percent(selection.bestOnTest)],
        ],
      ),
    )
    if (fidelity)
      parts.push(
        table(
          ['Fidelity', `${fidelity.images} images a side`],
          [
            ['Fréchet distance', fidelity.frechet.toFixed(3)],
            ['Precision (k = 3)', fidelity.precision.toFixed(4)],
            ['Recall (k = 3)', fidelity.recall.toFixed(4)],
            ['Kernel distance (KID estimator)', fidelity.kid.toExponential(3)],
          ],
        ),
        paragraph(
          `On features of ${fidelity.backbone}. These are not the published FID, whose network cannot be had offline; compare them with one another only.`,
        ),
      )
  }
  parts.push(
    paragraph(
      'The classifiers are small enough for a desk machine and are not comparable with published leaderboards.',
    ),
  )
  return parts.join('\n')
}

function page(data: ReportData): string {
  const { record, config, dataset, environment, samples } = data
  const method = methodOf(config.method)
  const entries = relevant(data).entries
  const command = `lethe images synthesize --method ${config.method} --data ${config.data} --epsilon ${config.epsilon} --delta ${config.delta} --seed ${config.seed} --preset ${config.preset}${config.mode === 'release' ? ' --release' : ''}`
  const body = [
    `<header><h1>${escape(record.title)}</h1>${paragraph(`${record.id} · ${record.ended ?? ''}${config.mode === 'research' ? ' · research mode, not for release' : ''}`, 'quiet')}</header>`,
    samples
      ? section(
          'Synthetic images',
          `<img alt="Ten synthetic images of each class" src="data:image/png;base64,${samples.toString('base64')}">`,
          paragraph(`${data.outcome.images ?? 0} images were made; one row for each class.`, 'quiet'),
        )
      : '',
    section('Privacy', statement(data)),
    section('Scores', scores(data)),
    section(
      'Data',
      table(
        ['Data set', dataset.name],
        [
          ['Source', dataset.source],
          ['Licence', dataset.licence],
          ['Protected unit', dataset.privacyUnit],
          [
            'Pictures',
            `${dataset.height} × ${dataset.width}, ${dataset.channels} channel${dataset.channels === 1 ? '' : 's'}, ${dataset.classNames.length} classes`,
          ],
          [
            'Splits',
            Object.entries(dataset.splits)
              .map(([name, split]) => `${name} ${split?.count}`)
              .join(', '),
          ],
          [
            'Budget',
            `ε = ${data.ledger.summary.budget}; spent ${roundUp(data.ledger.summary.spent)} when this report was written`,
          ],
        ],
      ),
    ),
    section(
      'Ledger',
      table(
        ['No.', 'Time (UTC)', 'Entry', 'Run', 'What', 'Hash'],
        entries.map((entry) => [
          entry.seq,
          entry.time.slice(0, 19).replace('T', ' '),
          entry.kind,
          'run' in entry ? entry.run : '',
          ledgerText(entry),
          entry.hash.slice(0, 12),
        ]),
      ),
    ),
    section(
      'Environment',
      table(
        ['', ''],
        Object.entries(environment)
          .filter(([key]) => key !== 'schema')
          .map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : value]),
      ),
    ),
    section(
      'How to make it again',
      `<pre>${escape(command)}</pre>`,
      paragraph(
        config.mode === 'research'
          ? 'The same command on the same data and processor kind gives the same images, byte for byte. Each new run is charged again.'
          : 'A run in release mode draws new noise every time.',
      ),
      `<pre>${escape(JSON.stringify(config.parameters, null, 2))}</pre>`,
    ),
    section(
      'Method',
      paragraph(`${method.title}: ${method.paper}.`),
      paragraph(`Mechanism: ${method.mechanism}. Status of the implementation: ${method.status}.`),
    ),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(record.title)}</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>${style}</style></head><body>${body.join('\n')}</body></html>
`
}

function ledgerText(entry: LedgerEntry): string {
  if (entry.kind === 'charge')
    return `${entry.stage} (${entry.account}): ${entry.event.kind === 'gaussian' ? `Gaussian, noise multiplier ${entry.event.noiseMultiplier.toPrecision(5)}` : `ε = ${entry.event.epsilon}`}`
  if (entry.kind === 'read') return `not private: ${entry.what} (${entry.split})`
  if (entry.kind === 'open') return `${entry.relation}, δ = ${entry.delta}, budget ε = ${entry.budget}`
  return `budget ε = ${entry.budget}: ${entry.reason}`
}

const style = `
:root{color-scheme:light dark;--ink:#1c2326;--paper:#fbfaf7;--quiet:#5d686c;--line:#d9d6cd;--accent:#0f6a73;--warn:#8a4b08}
@media(prefers-color-scheme:dark){:root{--ink:#e4e6e3;--paper:#15191b;--quiet:#98a2a5;--line:#323a3d;--accent:#5bb8c0;--warn:#e0a35c}}
body{font:16px/1.55 "Source Sans 3","Segoe UI",system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:0 auto;padding:3rem 1.5rem 5rem}
h1{font-size:1.9rem;font-weight:600;margin:0;letter-spacing:-.01em}h2{font-size:1.1rem;font-weight:600;margin:0 0 .8rem;color:var(--accent)}
section{margin-top:2.4rem;padding-top:1.4rem;border-top:1px solid var(--line)}p{margin:.6rem 0;max-width:46rem}
.quiet{color:var(--quiet)}.statement{font-size:1.15rem}.warning{color:var(--warn);border-left:3px solid var(--warn);padding-left:.8rem}
table{border-collapse:collapse;margin:.9rem 0;font-size:.93rem;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.3rem 1.4rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}
th{font-weight:600;color:var(--quiet);white-space:nowrap}img{image-rendering:pixelated;width:100%;max-width:36rem;background:#fff;padding:.4rem;border:1px solid var(--line)}
pre{overflow:auto;padding:.8rem 1rem;border:1px solid var(--line);font:.85rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre-wrap}
@media print{body{max-width:none;padding:0}section{break-inside:avoid}}
`
