/**
 * The evidence of one run as a single file that opens anywhere: samples, scores, the privacy statement in plain words with its
 * numbers, the ledger, the environment, how to make it again. `report.json` holds the same data. In release mode nothing that
 * was read without noise appears.
 */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import type { Dataset, SplitName } from '../contract/dataset.ts'
import type { LedgerEntry, LedgerSummary, PrivacyMode, PrivacyPlan, Stage } from '../contract/privacy.ts'
import type { Plan, RunRecord } from '../contract/run.ts'
import { writeAtomic, writeJson } from '../files/atomic.ts'
import type { Fidelity } from '../images/fidelity.ts'
import { methodOf } from '../images/methods.ts'
import type { ClassifierScore, Utility } from '../images/protocol.ts'
import type { SynthesizeConfig } from '../images/synthesize.ts'
import { roundUp } from '../privacy/compose.ts'
import { readConfig, readPlan, readRecord, requireOwnFiles, type RunPaths } from './folder.ts'

export interface ReportInput {
  readonly dataset: ShownDataset
  /** The data is no longer in the project; its facts were kept. */
  readonly removed: boolean
  readonly ledger: { readonly summary: LedgerSummary; readonly entries: readonly LedgerEntry[] }
}

/** A data set as a report shows it; in release mode without what tells of its content. */
type ShownDataset = Omit<Dataset, 'contentHash' | 'problems' | 'splits'> & {
  readonly splits: Readonly<Partial<Record<SplitName, { readonly count: number }>>>
}
/** An entry as a report shows it; in release mode without hashes. */
type Unchained<Entry> = Entry extends unknown ? Omit<Entry, 'hash' | 'previous'> : never
type ShownEntry = LedgerEntry | Unchained<LedgerEntry>

/** What report.json holds, and all that report.html is made of but the picture. */
export interface ReportDocument {
  readonly schema: 'lethe.report/1'
  readonly dataset: ShownDataset
  readonly ledger: { readonly summary: LedgerSummary; readonly entries: readonly ShownEntry[] }
  readonly record: RunRecord
  readonly plan: Plan
  readonly privacy: PrivacyPlan
  readonly config: SynthesizeConfig
  readonly environment: Record<string, unknown>
  readonly outcome: Partial<Utility> & { readonly fidelity?: Fidelity; readonly images?: number }
}

interface ReportData extends ReportDocument {
  readonly samples: Uint8Array | null
}

/** Writes both files and returns the path of report.html. Errors: `run-state` for a run that has not ended well. */
export async function writeReport(paths: RunPaths, input: ReportInput): Promise<string> {
  const document = await makeReport(paths, input)
  const samples = await fs.readFile(path.join(paths.artifacts, 'samples-final.png')).catch(() => null)
  await writeJson(paths.reportJson, document)
  await writeAtomic(paths.reportHtml, reportPage(document, samples))
  return paths.reportHtml
}

/** What reports and bundles are made of: what goes into them leaves the room. */
const evidenceFiles = [
  ...['state.json', 'config.json', 'plan.json', 'environment.json', 'events.ndjson', 'metrics.ndjson'],
  ...['artifacts/samples-final.png', 'artifacts/synthetic.npz'],
]

/** Errors: `run-state` for a run that has not ended well, `file-unreadable` for one whose files lead elsewhere. */
export async function makeReport(paths: RunPaths, { dataset, ledger }: ReportInput): Promise<ReportDocument> {
  await requireOwnFiles(paths, evidenceFiles)
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
  const config = (await readConfig(paths)) as SynthesizeConfig
  return {
    schema: 'lethe.report/1',
    dataset: shownDataset(dataset, config.mode),
    ledger: { summary: ledger.summary, entries: shownEntries(ledger.entries, config.mode, record.id) },
    ...{ record, plan, privacy: plan.privacy, config, environment },
    outcome: record.outcome as ReportDocument['outcome'],
  }
}

/**
 * What may leave in a release: no hash of the data, no class counts, no problem texts, and no hash of the ledger, whose first
 * line covers the data's. A hash of data is a perfect test of a guess about it. They stay in the project.
 */
function shownDataset(dataset: ShownDataset | Dataset, mode: PrivacyMode): ShownDataset {
  if (mode === 'research') return dataset
  const { contentHash: _content, problems: _problems, splits, ...facts } = { contentHash: '', problems: [], ...dataset }
  return {
    ...facts,
    splits: Object.fromEntries(Object.entries(splits).map(([name, split]) => [name, { count: split.count }])),
  }
}

export function shownEntries(entries: readonly LedgerEntry[], mode: PrivacyMode, run: string): ShownEntry[] {
  if (mode === 'research') return entries.filter((entry) => entry.kind !== 'read' || entry.run === run)
  return entries.flatMap((entry) => {
    if (entry.kind !== 'charge' && entry.kind !== 'budget') return []
    const { hash: _hash, previous: _previous, ...open } = entry
    return [open]
  })
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
/** Three digits, the last of them rounded up: a bound. */
const noLess = (value: number): string => {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2)
  return String(Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(3)))
}
const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string =>
  `<table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`
const section = (title: string, ...body: string[]): string =>
  `<section><h2>${escape(title)}</h2>${body.join('\n')}</section>`
const paragraph = (text: string, kind = ''): string => `<p${kind && ` class="${kind}"`}>${escape(text)}</p>`

function statement({ privacy, dataset, config, ledger }: ReportData): string {
  const relation =
    privacy.relation === 'add-remove' ? 'whether any one image is in the data or not' : 'what any one image shows'
  const reads = ledger.summary.nonPrivateReads
  const factor = Math.exp(Math.min(privacy.epsilon, 700))
  const odds = factor < 1000 ? `at most ${noLess(factor)} times` : 'by a very large factor (this epsilon is weak)'
  return [
    config.mode === 'release'
      ? paragraph(
          `These images were made under (ε, δ)-differential privacy with ε = ${privacy.epsilon} and δ = ${scientific(privacy.delta)}. ` +
            `Whoever sees them, with any other knowledge, can change the odds of a guess about ${relation} ${odds}, except with probability of about δ.`,
          'statement',
        )
      : paragraph(
          `Accounted as (ε, δ)-differential privacy with ε = ${privacy.epsilon} and δ = ${scientific(privacy.delta)}: made in release mode, ` +
            `such images let nobody change the odds of a guess about ${relation} by more than a factor of ${factor < 1000 ? noLess(factor) : 'very many'}. ` +
            'The noise of this run comes from a known seed, so these very images carry no such guarantee.',
          'statement',
        ),
    dataset.privacyUnit.startsWith('one image')
      ? ''
      : paragraph(
          `The protected unit was named as "${dataset.privacyUnit}". The accounting protects single images: it holds for that unit only where each contributes exactly one image.`,
          'warning',
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
        (privacy.relation === 'add-remove'
          ? 'Neighbouring data sets differ by one record in one split; the split of every other record is the same. '
          : 'Neighbouring data sets differ in the content of one record. ') +
        'The sizes of the splits, the size of the images and the list of classes are treated as public.',
    ),
    config.mode === 'research'
      ? paragraph(
          'Research mode: the seed is written below, so that the run can be repeated. Do not release these images; make a run in release mode for that.',
          'warning',
        )
      : paragraph(
          'Release mode: the noise came from the operating system and cannot be made again. Only figures that were themselves made with noise appear in this report.',
        ),
    config.mode === 'release' && reads > 0
      ? paragraph(
          `Before this report the data was read ${reads} time${reads === 1 ? '' : 's'} without noise: by runs in research mode, or by people who looked at it or took a copy. What was learnt there may have guided the settings of this run; ε does not cover that.`,
          'warning',
        )
      : '',
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

/** report.html. */
export function reportPage(document: ReportDocument, samples: Uint8Array | null): string {
  const data: ReportData = { ...document, samples }
  const { record, config, dataset, environment } = data
  const method = methodOf(config.method)
  const command = commandOf(config, environment)
  const body = [
    `<header><h1>${escape(record.title)}</h1>${paragraph(`${record.id} · ${record.ended ?? ''}${config.mode === 'research' ? ' · research mode, not for release' : ''}`, 'quiet')}</header>`,
    samples
      ? section(
          'Synthetic images',
          `<img alt="Synthetic images, one class in each row" src="data:image/png;base64,${Buffer.from(samples).toString('base64')}">`,
          paragraph(`${data.outcome.images ?? 0} images were made; each row shows one class.`, 'quiet'),
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
        ['No.', 'Time (UTC)', 'Entry', 'Run', 'What', ...(config.mode === 'research' ? ['Hash'] : [])],
        data.ledger.entries.map((entry) => [
          entry.seq,
          entry.time.slice(0, 19).replace('T', ' '),
          entry.kind,
          'run' in entry ? entry.run : '',
          ledgerText(entry),
          ...('hash' in entry ? [entry.hash.slice(0, 12)] : []),
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
          ? 'The same command on the same data, processor kind and number of threads gives the same images, byte for byte. Each new run is charged again.'
          : 'A run in release mode draws new noise every time.',
      ),
      `<pre>${escape(JSON.stringify(config.parameters, null, 2))}</pre>`,
    ),
    section(
      'Method',
      paragraph(`${method.title}: ${method.paper}.`),
      paragraph(`Mechanism: ${method.mechanism}. Status of the implementation: ${method.status}.`),
      // Not in a release, where whoever sees a hash must not have to ask what it is of.
      config.mode === 'research'
        ? paragraph(`Fingerprint of the data behind this page (SHA-256): ${fingerprint(document)}`, 'quiet')
        : '',
    ),
  ]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(record.title)}</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>${style}</style></head><body>${body.join('\n')}</body></html>
`
}

/** Ties the page to report.json: over its values with sorted keys, so that not one can be changed without the page. */
function fingerprint(document: ReportDocument): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted)
    if (value === null || typeof value !== 'object') return value
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
  }
  return createHash('sha256')
    .update(JSON.stringify(sorted(document)))
    .digest('hex')
}

/** The words that make this run again: every parameter that is not the preset's is named, since the noise depends on all. */
function commandOf(config: SynthesizeConfig, environment: Readonly<Record<string, unknown>>): string {
  const { method, data, epsilon, delta, seed, preset, mode, score, parameters } = config
  const { presets, config: schema } = methodOf(method)
  const usual = schema.parse(presets[preset])
  const changed = Object.entries(parameters).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key]),
  )
  const { threads } = (environment['backend'] ?? {}) as { threads?: unknown }
  return [
    // Sums of reals depend on how they are shared out, so bytes are equal for the same number of threads only.
    ...(mode === 'research' && typeof threads === 'number' ? [`TF_NUM_INTRAOP_THREADS=${threads}`] : []),
    `lethe images synthesize --method ${method} --data ${data} --epsilon ${epsilon} --delta ${delta} --seed ${seed} --preset ${preset}`,
    ...changed.map(([key, value]) => `--set ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
    ...(score ? [] : ['--no-score']),
    ...(mode === 'release' ? ['--release'] : []),
  ].join(' ')
}

function ledgerText(entry: ShownEntry): string {
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
