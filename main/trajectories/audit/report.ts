/**
 * The report of an audit: all that is needed to judge it elsewhere, sealed by the hash of its content. `report.json` is what is verified
 * (verify.ts), `report.html` shows the same to people (report-page.ts) and follows from it byte by byte.
 */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { auditFile, auditSchema } from '../../contract/audit.ts'
import { LetheError } from '../../contract/errors.ts'
import { estimateSchema } from '../../contract/estimate.ts'
import { deletionStatementSchema } from '../../contract/deletion.ts'
import { runRecordSchema } from '../../contract/run.ts'
import { parseWith, readJson, writeAtomic, writeJson } from '../../files/atomic.ts'
import { timingFile } from '../train.ts'
import { version } from '../../version.ts'
import { auditPage } from './report-page.ts'
import { shadowHashesSchema, shadowsFile } from './shadows.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const returns = z
  .looseObject({ mean: z.number(), deviation: z.number(), normalisedScore: z.number(), returns: z.array(z.number()) })
  .nullable()
const estimates = estimateSchema.nullable()

/** The run that made an agent, with all that was set of it. */
const madeSchema = z
  .strictObject({
    kind: z.string(),
    title: z.string(),
    created: z.string(),
    config: z.record(z.string(), z.unknown()),
  })
  .nullable()
export type MadeAgent = z.infer<typeof madeSchema>

export const auditReportSchema = z.strictObject({
  schema: z.literal('lethe.audit-report/1'),
  version: z.string(),
  record: runRecordSchema.omit({ outcome: true }),
  /** The set as it is now; null where it was removed since. */
  dataset: z
    .strictObject({
      ...{ id: z.string(), name: z.string(), source: z.string(), licence: z.string(), contentHash: sha256 },
      ...{ episodes: z.number().int(), steps: z.number().int() },
    })
    .nullable(),
  config: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.unknown()),
  audit: auditSchema,
  /** Of `artifacts/audit.json` as the run wrote it, which is `audit` as JSON without spaces. */
  auditSha256: sha256,
  /** The references of the audit; absent where the run was made before they were recorded. */
  shadows: shadowHashesSchema.optional(),
  /** How each agent was made; null where its run is gone. Absent from reports before it was told. */
  made: z.strictObject({ agent: madeSchema, original: madeSchema, retrained: madeSchema }).optional(),
  /** Of each agent when it was made; `before` is the audited agent before it was made to forget. Null where it was not played. */
  returns: z.strictObject({ agent: returns, before: returns, original: returns, retrained: returns }),
  /** The same where agents cannot be played; absent from reports before there were any, and where there are none. */
  estimates: z
    .strictObject({ agent: estimates, before: estimates, original: estimates, retrained: estimates })
    .optional(),
  /** Seconds; apart from all that is judged, which does not depend on the clock. */
  timing: z.record(z.string(), z.number()).nullable(),
  /** The request that this audit belongs to, and every copy of what was to go. */
  deletion: deletionStatementSchema.nullable(),
  limits: z.array(z.string()),
  seal: sha256,
})
export type AuditReport = z.infer<typeof auditReportSchema>

/** JSON whose keys stand in order of the alphabet: the same content, the same text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
}

export function sealOf({ seal: _seal, ...content }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonical(content)).digest('hex')
}

export const auditLimits: readonly string[] = [
  'The verdicts are evidence, not proof. “Forgotten” means that along this trajectory the values of what the agent would do are out of line with those of agents that know it. An agent may have kept what this statistic does not look at, and an agent that merely changed may look as if it had forgotten.',
  'The released rule is two-sided: a trajectory that is unusually close to the references is called forgotten, too. Its threshold is far below that of the test it is named after, so that it flags more easily; the textbook test stands beside it.',
  'The audit looks through critics. What an agent has learnt but its critics do not show is not seen, and a critic that was never trained shows nothing: then the verdict is “undecided”.',
  'The control group bounds what a verdict can mean: trajectories that no agent ever saw were never to be forgotten. Where many of them are called forgotten as well, the agent changed as a whole.',
  'Nothing here is private in the sense of differential privacy: neither the agent nor this report hides whether a trajectory was in the data. This report names episodes and their hashes; it is for people who may know of them.',
  'The seal finds any change of this report. It does not say who wrote it: for that, compare the seal with the one its author names by another way.',
]

type Outcomes = Readonly<Record<'agent' | 'original' | 'retrained', Readonly<Record<string, unknown>> | null>>

const shapeOf = (value: unknown) => {
  const parsed = returns.safeParse(value ?? null)
  return parsed.success ? parsed.data : null
}

const partOf = (value: unknown, name: string) => (value as Readonly<Record<string, unknown>> | undefined)?.[name]

/** One figure of each agent, from the outcomes of the runs that made them. */
function figures<Figure>(outcomes: Outcomes, name: string, read: (value: unknown) => Figure) {
  const last = (outcome: Outcomes['agent']) => read(outcome?.[name] ?? partOf(outcome?.['after'], name))
  return {
    agent: last(outcomes.agent),
    before: read(partOf(outcomes.agent?.['before'], name)),
    original: last(outcomes.original),
    retrained: last(outcomes.retrained),
  }
}

/** What played agents returned. */
export const returnsOf = (outcomes: Outcomes): AuditReport['returns'] => figures(outcomes, 'evaluation', shapeOf)

/** What others would return by estimate; undefined where there is none at all. */
export function estimatesOf(outcomes: Outcomes): NonNullable<AuditReport['estimates']> | undefined {
  const found = figures(outcomes, 'estimate', (value) => estimateSchema.safeParse(value ?? null).data ?? null)
  return Object.values(found).some((one) => one !== null) ? found : undefined
}

type Given = Pick<
  AuditReport,
  'record' | 'dataset' | 'config' | 'environment' | 'made' | 'returns' | 'estimates' | 'deletion'
>

/**
 * As the run in this folder and what is given say it; the hash of its audit as its outcome has it. Errors: `file-missing`, `file-malformed`
 * for a run without an audit, or with another than it wrote.
 */
export async function auditReport(folder: string, given: Given, auditSha256: unknown): Promise<AuditReport> {
  const artifact = (name: string) => path.join(folder, 'artifacts', name)
  const bytes = await fs.readFile(artifact(auditFile)).catch(() => {
    throw new LetheError('file-missing', `${artifact(auditFile)} cannot be read.`, 'Run the audit again.')
  })
  const is = createHash('sha256').update(bytes).digest('hex')
  if (is !== auditSha256)
    throw new LetheError(
      'file-malformed',
      `${artifact(auditFile)} is not what its run wrote: expected ${String(auditSha256)}, found ${is}.`,
      'The file was changed since. Run the audit again; nothing is reported of this one.',
    )
  const timing = await readJson(artifact(timingFile), z.record(z.string(), z.number())).catch(() => null)
  const shadows = await readJson(artifact(shadowsFile), shadowHashesSchema).catch(() => undefined)
  const audit = parseAudit(bytes.toString('utf8'))
  const content = {
    ...{ schema: 'lethe.audit-report/1' as const, version, ...given, timing },
    audit,
    auditSha256: is,
    shadows,
    limits: [...auditLimits],
  }
  // Through JSON once, so that the seal is of exactly what the file says.
  const written = JSON.parse(JSON.stringify(content)) as typeof content
  return { ...written, seal: sealOf(written) }
}

/** Key by key as the run wrote it: its hash must be found again. */
function parseAudit(text: string): AuditReport['audit'] {
  let audit: unknown
  try {
    audit = JSON.parse(text)
  } catch (error) {
    throw new LetheError(
      'file-malformed',
      `${auditFile} is not JSON: ${(error as Error).message}.`,
      'Run the audit again.',
    )
  }
  parseWith(auditSchema, audit, auditFile)
  return audit as AuditReport['audit']
}

/** Writes both files into the run's folder and gives the path of the page. */
export async function writeAuditReport(folder: string, report: AuditReport): Promise<string> {
  await writeJson(path.join(folder, 'report.json'), report)
  const page = path.join(folder, 'report.html')
  await writeAtomic(page, auditPage(report))
  return page
}
