/** Holds the files of one run against each other: the same for a run of the project and for one in a bundle. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { ledgerSummarySchema } from '../contract/calls/ledger.ts'
import { extractSchema, type LedgerExtract } from '../contract/evidence.ts'
import { privacyPlanSchema, relationSchema, privacyModeSchema, type PrivacyMode } from '../contract/privacy.ts'
import { planSchema, runEventSchema, runRecordSchema } from '../contract/run.ts'
import { walkChain } from '../files/chain.ts'
import { takeTurns } from '../files/turns.ts'
import { reviewEntrySchema } from '../contract/evidence.ts'
import { reportPage, type ReportDocument } from '../runs/report.ts'
import { version } from '../version.ts'
import { checkLedger } from './check-ledger.ts'
import { checkEpsilon } from './check-epsilon.ts'
import { checkRelease } from './check-release.ts'
import type { Findings } from './findings.ts'
import { filesOf, reviewName, runPath, sampleNames, sha256 } from './layout.ts'

const loose = z.record(z.string(), z.unknown())

/** What checks need of report.json; whatever else it says is held against the other files as a whole. */
const reportSchema = z.looseObject({
  schema: z.literal('lethe.report/1'),
  dataset: z.looseObject({
    ...{ id: z.string(), name: z.string(), source: z.string(), licence: z.string(), privacyUnit: z.string() },
    ...{ relation: relationSchema, delta: z.number(), budget: z.number() },
  }),
  ledger: z.strictObject({ summary: ledgerSummarySchema, entries: z.array(loose) }),
  record: runRecordSchema,
  plan: planSchema,
  privacy: privacyPlanSchema,
  config: z.looseObject({ data: z.string(), epsilon: z.number(), delta: z.number(), mode: privacyModeSchema }),
  environment: loose,
  outcome: loose,
})

/** Without the hash of the ledger's line in release mode. */
const spendSchema = z.object({
  kind: z.literal('spend'),
  ...{ stage: z.string(), account: z.string(), ledgerSeq: z.number().int(), ledgerHash: z.string().optional() },
})
const bundleEventSchema = z.intersection(
  z.object({ seq: z.number(), time: z.string() }),
  z.union([spendSchema, runEventSchema]),
)
type BundleEvent = z.infer<typeof bundleEventSchema>

export interface RunUnderCheck {
  readonly id: string
  readonly mode: PrivacyMode
  readonly report: z.infer<typeof reportSchema>
  readonly extract: LedgerExtract
  readonly events: readonly BundleEvent[]
  /** Every text of the run, parsed, by file name. */
  readonly values: ReadonlyMap<string, unknown>
  readonly html: string
}

export interface FilesOfRun {
  readonly id: string
  readonly mode: PrivacyMode
  /** Of the Lethe that wrote them. */
  readonly version: string
  /** By name below `runs/ID/`; large samples may be left out. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** sha256 of samples, by name. */
  readonly samples: ReadonlyMap<string, string>
}

export async function checkRun(findings: Findings, given: FilesOfRun): Promise<RunUnderCheck | null> {
  const { id, mode } = given
  let run: RunUnderCheck | null = null
  await findings.check(id, 'Every file can be read', async () => {
    run = await readRun(findings, given)
  })
  // TypeScript does not see the assignment in the function above.
  const read = run as RunUnderCheck | null
  if (!read) return null
  await findings.check(id, 'Report, configuration, plan and environment say the same', () => checkSame(findings, read))
  await findings.check(id, 'The pages say what the data says', () => checkPage(findings, read, given))
  await checkEpsilon(findings, read)
  await checkLedger(findings, read)
  if (given.samples.size > 0)
    await findings.check(id, 'The samples are those the run wrote', () => checkSamples(findings, read, given))
  if (mode === 'release') await checkRelease(findings, read)
  if (given.files.has(reviewName))
    await findings.check(id, 'The chain of its review holds', () => checkReview(findings, given))
  return read
}

async function readRun(findings: Findings, { id, mode, files }: FilesOfRun): Promise<RunUnderCheck | null> {
  const values = new Map<string, unknown>()
  const text = (name: string): string => new TextDecoder('utf-8', { fatal: true }).decode(files.get(name))
  let whole = true
  for (const name of filesOf(mode)) {
    const fail = (found: string): void => {
      whole = false
      findings.problem(runPath(id, name), 'a file of a run', found)
    }
    if (!files.has(name)) {
      fail('nothing')
      continue
    }
    try {
      if (name.endsWith('.html')) text(name)
      else if (name.endsWith('.json')) values.set(name, JSON.parse(text(name)))
      else values.set(name, await linesOf(text(name)))
    } catch (error) {
      fail(`it cannot be read: ${(error as Error).message}`)
    }
  }
  if (!whole) return null
  const unfit = (name: string, { issues: [issue] }: z.ZodError, ...line: number[]): void => {
    const field = [...line, ...(issue?.path ?? [])].join('.')
    findings.problem(runPath(id, name), 'the fields of its kind of file', `${field}: ${issue?.message}`)
  }
  const parsed = <T>(name: string, schema: z.ZodType<T>): T | null => {
    const result = schema.safeParse(values.get(name))
    if (result.success) return result.data
    unfit(name, result.error)
    return null
  }
  /** The same for each line. */
  const parsedLines = async <T>(name: string, schema: z.ZodType<T>): Promise<T[] | null> => {
    const turn = takeTurns()
    const found: T[] = []
    for (const line of values.get(name) as unknown[]) {
      const result = schema.safeParse(line)
      if (!result.success) {
        unfit(name, result.error, found.length)
        return null
      }
      found.push(result.data)
      await turn()
    }
    return found
  }
  const report = parsed('report.json', reportSchema)
  const extract = parsed('ledger.json', extractSchema)
  const events = await parsedLines('events.ndjson', bundleEventSchema)
  parsed('config.json', loose)
  parsed('plan.json', planSchema)
  parsed('environment.json', loose)
  if (mode === 'research') await parsedLines('metrics.ndjson', metricSchema)
  if (!report || !extract || !events) return null
  // As written: the order of keys is what hashes cover.
  const written = values.get('ledger.json') as LedgerExtract
  return { id, mode, report, extract: written, events: events, values, html: text('report.html') }
}

const metricSchema = z.strictObject({
  name: z.string(),
  step: z.number(),
  value: z.number().nullable(),
  private: z.boolean(),
})

async function linesOf(text: string): Promise<unknown[]> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('its last line is cut')
  const turn = takeTurns()
  const values: unknown[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    values.push(JSON.parse(line))
    await turn()
  }
  return values
}

function checkSame(findings: Findings, { id, mode, report, values }: RunUnderCheck): void {
  const file = runPath(id, 'report.json')
  const same = (what: string, expected: unknown, found: unknown): void => {
    if (!isDeepStrictEqual(expected, found)) findings.problem(file, `${what}: ${brief(expected)}`, brief(found))
  }
  const written = values.get('report.json') as Record<string, unknown>
  same('config as in config.json', values.get('config.json'), written['config'])
  same('plan as in plan.json', values.get('plan.json'), written['plan'])
  same('environment as in environment.json', values.get('environment.json'), written['environment'])
  same('privacy as in the plan', report.plan.privacy, report.privacy)
  same('the outcome of the record', report.record.outcome, report.outcome)
  same('the run', id, report.record.id)
  same('a run that ended well', 'succeeded', report.record.state)
  same('the data set of the configuration', report.config.data, report.dataset.id)
  same('the mode', mode, report.config.mode)
  same('the mode in the plan', mode, report.privacy.mode)
  same('the target epsilon', report.config.epsilon, report.privacy.targetEpsilon)
  same('delta', report.config.delta, report.privacy.delta)
  same('the relation of the data set', report.dataset.relation, report.privacy.relation)
}

const brief = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** Made again from report.json; the picture in it is taken over, and must be that of the samples. */
function checkPage(
  findings: Findings,
  { id, html, report }: RunUnderCheck,
  given: FilesOfRun,
): { open: string } | void {
  const embedded = /src="data:image\/png;base64,([^"]*)"/.exec(html)
  const picture = embedded ? Buffer.from(embedded[1]!, 'base64') : null
  const file = runPath(id, 'report.html')
  if (picture && sha256(picture) !== given.samples.get('samples-final.png'))
    findings.problem(file, 'no picture but the samples of this bundle', `a picture with sha256 ${sha256(picture)}`)
  if (given.version !== version)
    return { open: `Written by Lethe ${given.version}; only that version can make the page again. Trust report.json.` }
  if (reportPage(report as unknown as ReportDocument, picture) !== html)
    findings.problem(file, 'the page that report.json makes', 'another page')
}

function checkSamples(findings: Findings, { id, events }: RunUnderCheck, { samples }: FilesOfRun): void {
  for (const [name, hash] of samples) {
    const written = events.filter((event) => event.kind === 'artifact' && event.name === name).at(-1)
    const expected = written?.kind === 'artifact' ? written.sha256 : 'no such file'
    if (!sampleNames.some((known) => known === name) || expected !== hash)
      findings.problem(runPath(id, name), `sha256 ${expected}, as the run recorded`, hash)
  }
}

async function checkReview(findings: Findings, { id, files }: FilesOfRun): Promise<string | void> {
  const file = runPath(id, reviewName)
  const lines = await linesOf(new TextDecoder('utf-8', { fatal: true }).decode(files.get(reviewName)))
  const { ok, entries, firstBad, reason } = walkChain(lines, reviewEntrySchema)
  const [open] = entries
  if (!ok) findings.problem(file, `an intact line ${firstBad}`, reason ?? '')
  else if (open?.kind !== 'open' || open.of !== `run ${id}`)
    findings.problem(file, `a review of run ${id}`, open?.kind === 'open' ? `a review of ${open.of}` : 'no first line')
  return `${entries.length} lines`
}
