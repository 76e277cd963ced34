/** Audits: from a request to a queued run, what the window shows of one, and reports that are checked. */
import type { Device, Plan } from '../contract/run.ts'
import { createRun, readConfig, readRecord, runPaths, summariseRun } from '../runs/folder.ts'
import { auditJob } from '../trajectories/audit/audit.ts'
import { auditConfig, type AuditRequest } from '../trajectories/audit/request.ts'
import { openTrajectories } from '../trajectories/data/store.ts'
import { unlearnJob, type UnlearnConfig } from '../trajectories/unlearning/unlearn.ts'
import type { ReportVerification } from '../trajectories/audit/verify.ts'
import { verifyReport } from './audit-report.ts'
import type { LabContext } from './context.ts'
import { affordable, planOf, type ForgettingPart, type Planned } from './forgetting.ts'

/** Of an agent that forgot, the original is what it was made from. */
export type AuditDraft = Omit<AuditRequest, 'original'> & { readonly original?: string | null | undefined }

export function auditPart({ project, tell }: LabContext, { agentHeaderOf }: Pick<ForgettingPart, 'agentHeaderOf'>) {
  /** The agent that one forgot from; of chains of forgetting the first. */
  const originalOf = async (run: string): Promise<string> => {
    const paths = runPaths(project, run)
    const { kind } = await readRecord(paths)
    if (kind !== unlearnJob.kind) return run
    return originalOf(((await readConfig(paths)) as UnlearnConfig).agent)
  }

  const draftAudit = async (draft: AuditDraft): Promise<Planned> => {
    const agent = await agentHeaderOf(draft.agent)
    const run = draft.original ?? (await originalOf(draft.agent))
    const original = await agentHeaderOf(run)
    const retrained = draft.retrained ? await agentHeaderOf(draft.retrained) : null
    const data = await openTrajectories(project, original.data.id)
    return planOf(auditJob, auditConfig({ ...draft, original: run }, { agent, original, retrained }, data), data.set)
  }
  const planAudit = async (draft: AuditDraft): Promise<Planned> => affordable(await draftAudit(draft))

  return {
    draftAudit,
    planAudit,
    verifyReport: (report: string): Promise<ReportVerification> => verifyReport(project, report),
    async createAudit(draft: AuditDraft, device: Device = 'auto'): Promise<{ run: string; plan: Plan }> {
      const planned = await planAudit(draft)
      const paths = await createRun(project, { ...planned, device })
      tell('run-changed', { summary: await summariseRun(paths) })
      return { run: paths.id, plan: planned.plan }
    },
  }
}
