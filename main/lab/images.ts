/** Private images: from a request to a plan to a queued run. */
import os from 'node:os'
import type { HandlersOf } from '../contract/calls.ts'
import type { imagesCalls } from '../contract/calls/images.ts'
import { LetheError } from '../contract/errors.ts'
import type { PrivacyMode } from '../contract/privacy.ts'
import type { Plan } from '../contract/run.ts'
import { readDataset } from '../data/catalogue.ts'
import { parseWith } from '../files/atomic.ts'
import { methodOf } from '../images/methods.ts'
import { synthesizeConfigSchema } from '../images/synthesize.ts'
import { ledgerOf, readLedger } from '../privacy/ledger.ts'
import { privacyPlan } from '../privacy/plan.ts'
import { missingCharges } from '../runs/evidence.ts'
import { createRun, summariseRun } from '../runs/folder.ts'
import { jobOf } from '../runs/jobs.ts'
import type { LabContext } from './context.ts'
import type { DataPart } from './data.ts'

export interface SynthesizeRequest {
  readonly method: string
  readonly data: string
  readonly epsilon: number
  readonly delta?: number | undefined
  readonly seed?: number | undefined
  readonly mode?: PrivacyMode | undefined
  readonly preset?: 'desk' | 'paper' | 'tiny' | undefined
  readonly set?: Readonly<Record<string, unknown>>
  readonly score?: boolean
}

export type ImagesPart = ReturnType<typeof imagesPart>

export function imagesPart({ project, tell, start }: LabContext, { ensureBuiltIn }: Pick<DataPart, 'ensureBuiltIn'>) {
  /** The configuration and the plan of a synthesis, before anything is touched. Errors: `config-invalid`, `budget-exceeded`, … */
  const planSynthesis = async (
    request: SynthesizeRequest,
  ): Promise<{ config: unknown; plan: Plan; kind: string; title: string }> => {
    const method = methodOf(request.method)
    const dataset = await readDataset(project, request.data)
    const preset = method.presets[request.preset ?? 'desk']
    const config = parseWith(
      synthesizeConfigSchema,
      {
        method: method.id,
        data: request.data,
        epsilon: request.epsilon,
        delta: request.delta ?? dataset.delta,
        seed: request.seed ?? 1,
        mode: request.mode ?? 'research',
        preset: request.preset ?? 'desk',
        score: request.score ?? true,
        parameters: parseWith(
          method.config,
          { ...preset, ...request.set },
          `configuration of ${method.title}`,
          'config-invalid',
        ),
      },
      'configuration',
      'config-invalid',
    )
    const job = jobOf('images.synthesize')
    const draft = job.plan(config as never, { dataset })
    if (draft.memoryBytes > 0.8 * os.totalmem())
      throw new LetheError(
        'out-of-memory',
        `${job.title(config as never)} needs about ${gibibytes(draft.memoryBytes)} GiB of memory; this machine has ${gibibytes(os.totalmem())}.`,
        'Use fewer features or smaller pictures.',
      )
    const entries = await readLedger(ledgerOf(project, dataset.id))
    const missing = await missingCharges(project, dataset.id, entries)
    if (missing)
      throw new LetheError(
        'ledger-corrupt',
        `Run ${missing} charged the privacy ledger of ${dataset.id}, which no longer holds the charge.`,
        'No run may use this data until the ledger is restored from a copy.',
      )
    const privacy = draft.privacy && privacyPlan(dataset, entries, { ...draft.privacy, mode: config.mode })
    return { config, plan: { ...draft, privacy }, kind: job.kind, title: job.title(config as never) }
  }

  const createSynthesis = async (request: SynthesizeRequest): Promise<{ run: string; plan: Plan }> => {
    const planned = await planSynthesis(request)
    const paths = await createRun(project, planned)
    tell('run-changed', { summary: await summariseRun(paths) })
    return { run: paths.id, plan: planned.plan }
  }

  const handlers: HandlersOf<typeof imagesCalls> = {
    'images.demo': async ({ epsilon }) => {
      await ensureBuiltIn('mnist')
      const preset = process.env['LETHE_DEMO_PRESET'] === 'tiny' ? 'tiny' : 'desk'
      const { run } = await createSynthesis({
        method: 'dp-merf',
        data: 'mnist',
        epsilon,
        preset,
        score: preset !== 'tiny',
      })
      start(run)
      return { run }
    },
  }

  return { handlers, planSynthesis, createSynthesis }
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
