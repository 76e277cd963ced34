/** Audits: from a request to a queued run, what the window shows of one, and reports that are checked. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { auditFile, auditSchema, criticChoices, timelineColumns, timelinesFile, type Audit } from '../contract/audit.ts'
import type { HandlersOf } from '../contract/calls.ts'
import type { auditCalls } from '../contract/calls/audit.ts'
import type { Device } from '../contract/run.ts'
import { dataFolder } from '../data/catalogue.ts'
import { parseNpy } from '../data/formats/npy.ts'
import { parseWith, writeAtomic } from '../files/atomic.ts'
import { readConfig, readRecord, requireOwnFiles, runPaths } from '../runs/folder.ts'
import { agentFile } from '../trajectories/algorithms/agent-file.ts'
import { auditConfigSchema, auditJob, sha256, type AuditConfig } from '../trajectories/audit/audit.ts'
import { thresholdTable } from '../trajectories/audit/judgement.ts'
import { auditConfig, auditGiven, type AuditRequest, type Party } from '../trajectories/audit/request.ts'
import { shadowName } from '../trajectories/audit/shadows.ts'
import { auditCsv } from '../trajectories/audit/table.ts'
import { openTrajectories, type OpenedTrajectories } from '../trajectories/data/store.ts'
import { recordDocument } from '../trajectories/deletion/documents.ts'
import { trainingEpisodes } from '../trajectories/job.ts'
import { unlearnJob, type UnlearnConfig } from '../trajectories/unlearning/unlearn.ts'
import { verifyReport } from './audit-report.ts'
import { answerOf } from './agents.ts'
import { auditSeeds } from './audit-seeds.ts'
import type { LabContext, ResourceHandler } from './context.ts'
import { affordable, planOf, type ForgettingPart } from './forgetting.ts'
import { queueRun, type Planned } from './queue.ts'

export interface AuditDraft extends AuditRequest {
  readonly agent: string
  /** By default, of an agent that forgot, what it was made from. */
  readonly original?: string | null | undefined
  readonly retrained?: string | null | undefined
}

export function auditPart(
  context: LabContext,
  { agentHeaderOf, dataOf }: Pick<ForgettingPart, 'agentHeaderOf' | 'dataOf'>,
) {
  const { project, start } = context
  /**
   * Of the agents that one was made from by forgetting, the furthest that is here and in use. Where none is, the nearest, which is then
   * refused; of an agent that forgot nothing, itself.
   */
  const originalOf = async (run: string): Promise<string> => {
    const recordOf = (id: string) => readRecord(runPaths(project, id)).catch(() => null)
    const ancestors: string[] = []
    const inUse: string[] = []
    let record = await recordOf(run)
    for (let at = run; record?.kind === unlearnJob.kind && ancestors.length < 100;) {
      at = ((await readConfig(runPaths(project, at))) as UnlearnConfig).agent
      record = await recordOf(at)
      ancestors.push(at)
      if (record && !record.retired) inUse.push(at)
    }
    return inUse.at(-1) ?? ancestors[0] ?? run
  }

  const draftAudit = async (draft: AuditDraft): Promise<Planned> => {
    const party = async (run: string): Promise<Party & { data: OpenedTrajectories }> => {
      const header = await agentHeaderOf(run)
      return { run, header, data: await dataOf(header) }
    }
    const original = await party(draft.original ?? (await originalOf(draft.agent)))
    const agent = await party(draft.agent)
    const retrained = draft.retrained ? await party(draft.retrained) : null
    const config = auditConfig(draft, { agent, original, retrained })
    return planOf(auditJob, config, original.data.set)
  }
  const planAudit = async (draft: AuditDraft): Promise<Planned> => affordable(await draftAudit(draft))

  /** How many of the shadows that a configuration asks for are in the cache. */
  const shadowsMade = async (config: AuditConfig): Promise<number> => {
    const header = await agentHeaderOf(config.original)
    const bytes = await fs.readFile(path.join(runPaths(project, config.original).artifacts, agentFile))
    const data = await openTrajectories(project, config.data)
    const episodes = trainingEpisodes(data, header.share, header.without)
    const order = { sha256: sha256(bytes), header, steps: config.shadowSteps, seed: config.seed }
    const cache = path.join(dataFolder(project, config.data), 'cache')
    const names = Array.from({ length: config.shadows }, (_, index) => shadowName(order, episodes, index))
    const found = await Promise.all(names.map((name) => fs.stat(path.join(cache, name)).catch(() => null)))
    return found.filter(Boolean).length
  }

  const createAudit = async (draft: AuditDraft, device?: Device) =>
    queueRun(context, await planAudit(draft), { device })

  const fileOf = async (run: string, name: string): Promise<Buffer> => {
    const paths = runPaths(project, run)
    await requireOwnFiles(paths, [`artifacts/${name}`])
    return fs.readFile(path.join(paths.artifacts, name))
  }
  const readAudit = async (run: string): Promise<Audit> =>
    parseWith(auditSchema, JSON.parse((await fileOf(run, auditFile)).toString('utf8')), auditFile)

  const handlers: HandlersOf<typeof auditCalls> = {
    'audit.settings': async () => ({ configSchema: settingsSchema(), critics: [...criticChoices] }),
    'audit.plan': async ({ device: _device, ...draft }) => {
      const planned = await draftAudit(draft)
      const preset = (await draftAudit({ ...draft, set: {} })).config as Record<string, unknown>
      const config = planned.config as AuditConfig
      return {
        ...answerOf(planned, preset),
        original: config.original,
        ...{
          forgotten: config.forgotten.length,
          remaining: config.remaining.length,
          neverSeen: config.neverSeen.length,
        },
        shadows: { count: config.shadows, steps: config.shadowSteps, made: await shadowsMade(config) },
      }
    },
    'audit.start': async ({ device, ...draft }) => {
      const { run } = await createAudit(draft, device)
      start(run)
      return { run }
    },
    'audit.thresholds': async ({ references }) => ({ alphas: [...alphas], rows: thresholdTable(references, alphas) }),
    'audit.seeds': ({ run }) => auditSeeds(project, run),
    'audit.verify': (of) => verifyReport(project, 'path' in of ? of.path : runPaths(project, of.run).reportJson),
    'audit.exportTable': async ({ run, path: target, rule }) => {
      const csv = auditCsv(run, await readAudit(run), rule)
      await recordDocument(project, { form: 'table', runs: [run], target }, () => writeAtomic(target, csv))
      return {}
    },
  }

  const resource: ResourceHandler = async (place, query) => {
    const [, run = '', what = ''] = /^([\w-]+)\/(audit\.json|timeline)$/.exec(place) ?? []
    if (run === '' || (await readRecord(runPaths(project, run))).kind !== auditJob.kind) return null
    if (what === auditFile) return { bytes: await fileOf(run, auditFile), type: 'application/json' }
    const one = (await readAudit(run)).trajectories.find(({ id }) => String(id) === query.get('id'))
    if (!one) return null
    const { data } = parseNpy(await fileOf(run, timelinesFile), timelinesFile)
    const width = timelineColumns.length
    const rows = (data as Float32Array).slice(one.row * width, (one.row + one.length) * width)
    return { bytes: new Uint8Array(rows.buffer), type: 'application/octet-stream' }
  }

  return {
    handlers,
    resource,
    createAudit,
    draftAudit,
    planAudit,
    /** What an audit found, whole. */
    readAudit,
    verifyReport: (report: string) => verifyReport(project, report),
  }
}

/** From one in 10⁸ to one in two, evenly on a logarithmic axis. */
const alphas: readonly number[] = Array.from({ length: 155 }, (_, place) => 10 ** (-8 + place / 20))

function settingsSchema(): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(auditConfigSchema, { io: 'input' })
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !auditGiven.includes(name))),
  }
}
