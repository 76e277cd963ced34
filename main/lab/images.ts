/** Private images: from a request to a plan to a queued run. */
import os from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { HandlersOf } from '../contract/calls.ts'
import type { imagesCalls, SynthesisPlan, SynthesisRequest, SynthesisResult } from '../contract/calls/images.ts'
import { LetheError, toErrorRecord } from '../contract/errors.ts'
import type { PrivacyMode, PrivacyPlan } from '../contract/privacy.ts'
import type { Device, Plan } from '../contract/run.ts'
import { readDataset } from '../data/catalogue.ts'
import { parseWith } from '../files/atomic.ts'
import { largestThatFits, settingsThatFit } from '../images/fit.ts'
import { configSchemaOf, describeMethod, methodOf, methods, presetOf, type AnyMethod } from '../images/methods.ts'
import { published } from '../images/published.ts'
import { synthesizeConfigSchema, type SynthesizeConfig } from '../images/synthesize.ts'
import { bestEpsilon, composeInTurns } from '../privacy/compose.ts'
import { ledgerOf, readLedger } from '../privacy/ledger.ts'
import { priceStages, privacyPlan, requireBudget } from '../privacy/plan.ts'
import { missingCharges } from '../runs/evidence.ts'
import { listRuns, readConfig, readRecord, runPaths, type RunPaths } from '../runs/folder.ts'
import { jobOf } from '../runs/jobs.ts'
import type { LabContext } from './context.ts'
import { queueRun } from './queue.ts'
import type { DataPart } from './data.ts'

export interface SynthesizeRequest {
  readonly method: string
  readonly data: string
  readonly epsilon: number
  readonly delta?: number | null | undefined
  readonly seed?: number | undefined
  readonly mode?: PrivacyMode | undefined
  readonly preset?: 'desk' | 'paper' | 'tiny' | undefined
  readonly set?: Readonly<Record<string, unknown>>
  readonly score?: boolean
  readonly device?: Device | undefined
}

export type ImagesPart = ReturnType<typeof imagesPart>

const job = jobOf('images.synthesize')

export function imagesPart(context: LabContext, { ensureBuiltIn }: Pick<DataPart, 'ensureBuiltIn'>) {
  const { project, start } = context
  /** The configuration and what the method declares, before the budget is asked. Errors: `config-invalid`, `dataset-missing`, … */
  const draftSynthesis = async (request: SynthesizeRequest) => {
    const dataset = await readDataset(project, request.data)
    const config = configOf(request, dataset.delta)
    const draft = job.plan(config as never, { dataset })
    const entries = await readLedger(ledgerOf(project, dataset.id))
    return { config, dataset, draft, entries, title: job.title(config as never, { dataset }) }
  }

  /** The configuration and the plan of a synthesis, before anything is touched. Errors: `config-invalid`, `budget-exceeded`, … */
  const planSynthesis = async (
    request: SynthesizeRequest,
  ): Promise<{ config: unknown; plan: Plan; kind: string; title: string }> => {
    const { config, dataset, draft, entries, title } = await draftSynthesis(request)
    requireMemory(title, draft.memoryBytes)
    const missing = await missingCharges(project, dataset.id, entries)
    if (missing)
      throw new LetheError(
        'ledger-corrupt',
        `Run ${missing} charged the privacy ledger of ${dataset.id}, which no longer holds the charge.`,
        'No run may use this data until the ledger is restored from a copy.',
      )
    const privacy = draft.privacy && (await privacyPlan(dataset, entries, { ...draft.privacy, mode: config.mode }))
    return { config, plan: { ...draft, privacy }, kind: job.kind, title }
  }

  const createSynthesis = async (request: SynthesizeRequest) =>
    queueRun(context, await planSynthesis(request), { device: request.device })

  /** The plan as it is shown while settings move: answered also where the budget or the memory does not allow it. */
  const previewPlan = async (request: SynthesizeRequest): Promise<SynthesisPlan> => {
    const { config, dataset, draft, entries, title } = await draftSynthesis(request)
    const privacy = draft.privacy && (await priceStages(dataset, entries, { ...draft.privacy, mode: config.mode }))
    return {
      title,
      plan: { ...draft, privacy },
      stageEpsilons: privacy ? await stageEpsilons(privacy) : [],
      memoryLimit: memoryLimit(),
      obstacle:
        obstacleOf('memory', () => requireMemory(title, draft.memoryBytes)) ??
        obstacleOf('budget', () => privacy && requireWithin(dataset.id, privacy)),
    }
  }

  const whatFits = async (request: SynthesizeRequest) => {
    const { config, dataset, entries } = await draftSynthesis(request)
    const method = methodOf(config.method)
    const draftOf = (change: Partial<SynthesizeConfig>) => job.plan({ ...config, ...change } as never, { dataset })
    const thousandths = await largestThatFits(config.epsilon * 1000 + 1e-6, async (candidate) => {
      const { privacy } = draftOf({ epsilon: candidate / 1000 })
      return !privacy || isWithin(await priceStages(dataset, entries, { ...privacy, mode: config.mode }))
    })
    const settings = await settingsThatFit(
      configSchemaOf(method),
      config.parameters,
      (parameters) => draftOf({ parameters }).memoryBytes <= memoryLimit(),
    )
    return { epsilon: thousandths === 0 ? null : thousandths / 1000, settings }
  }

  const settingsOf = async (run: string): Promise<SynthesisRequest> => {
    const paths = runPaths(project, run)
    const { kind, device } = await readRecord(paths)
    if (kind !== job.kind)
      throw new LetheError('usage', `Run ${run} is not a synthesis of images.`, 'Choose a run of private images.')
    const { parameters, delta, ...config } = await readSynthesis(paths)
    const dataset = await readDataset(project, config.data).catch(() => null)
    const preset = presetOf(methodOf(config.method), config.preset)
    const set = Object.entries(parameters).filter(([field, value]) => !isDeepStrictEqual(value, preset[field]))
    return {
      ...config,
      delta: delta === dataset?.delta ? null : delta,
      device: device ?? 'auto',
      set: Object.fromEntries(set),
    }
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
    'images.methods': () => Promise.resolve((methods as unknown as readonly AnyMethod[]).map(factsOf)),
    'images.published': () => Promise.resolve(published),
    'images.results': async () => {
      const all = await Promise.all((await listRuns(project)).map(resultOf))
      return all.filter((result) => result !== null)
    },
    'images.plan': previewPlan,
    'images.fit': whatFits,
    'images.settings': ({ run }) => settingsOf(run),
    'images.start': async (request) => {
      const { run } = await createSynthesis(request)
      start(run)
      return { run }
    },
  }

  return { handlers, planSynthesis, createSynthesis }
}

function configOf(request: SynthesizeRequest, delta: number): SynthesizeConfig {
  const method = methodOf(request.method)
  const { preset = 'desk', seed = 1, mode = 'research', score = true } = request
  const parameters = { ...method.presets[preset], ...request.set }
  return parseWith(
    synthesizeConfigSchema,
    {
      method: method.id,
      data: request.data,
      epsilon: request.epsilon,
      delta: request.delta ?? delta,
      seed,
      mode,
      preset,
      score,
      parameters: parseWith(method.config, parameters, `configuration of ${method.title}`, 'config-invalid'),
    },
    'configuration',
    'config-invalid',
  )
}

const readSynthesis = async (paths: RunPaths): Promise<SynthesizeConfig> =>
  parseWith(synthesizeConfigSchema, await readConfig(paths), 'config.json', 'config-invalid')

function factsOf(method: AnyMethod) {
  const { presets: _presets, configSchema, ...facts } = describeMethod(method)
  const presets = {
    desk: presetOf(method, 'desk'),
    paper: presetOf(method, 'paper'),
    tiny: presetOf(method, 'tiny'),
  }
  return { ...facts, presets, configSchema: configSchema as Record<string, unknown> }
}

/** ε of each stage alone. Where it is the only one of its account, that account's figure is it. */
function stageEpsilons({ stages, accounts, delta, relation }: PrivacyPlan): Promise<number[]> {
  return Promise.all(
    stages.map(async ({ account, event }) => {
      if (event.kind === 'pure') return event.epsilon * event.count
      const alone = stages.filter((stage) => stage.account === account).length === 1
      return bestEpsilon(alone ? accounts[account] : await composeInTurns([event], delta, relation))
    }),
  )
}

const requireWithin = (data: string, { spentBefore, spentAfter, budget }: PrivacyPlan): void =>
  requireBudget(data, spentBefore, spentAfter, budget)

const isWithin = (privacy: PrivacyPlan): boolean => obstacleOf('budget', () => requireWithin('', privacy)) === null

function obstacleOf(kind: 'budget' | 'memory', require: () => unknown): SynthesisPlan['obstacle'] {
  try {
    require()
    return null
  } catch (error) {
    return { kind, ...toErrorRecord(error) }
  }
}

/** Of a finished synthesis that can be read; null for anything else. */
async function resultOf(paths: RunPaths): Promise<SynthesisResult | null> {
  const record = await readRecord(paths).catch(() => null)
  if (record?.kind !== job.kind || record.state !== 'succeeded') return null
  const config = await readSynthesis(paths).catch(() => null)
  if (!config) return null
  const { method, data, epsilon, mode, preset, seed } = config
  const outcome = record.outcome as {
    selection?: { privateAccuracy: number; testAccuracy: number | null }
    fidelity?: { frechet: number }
  }
  return {
    ...{ run: paths.id, method, data, epsilon, mode, preset, seed, created: record.created },
    privateAccuracy: outcome.selection?.privateAccuracy ?? null,
    testAccuracy: outcome.selection?.testAccuracy ?? null,
    frechet: outcome.fidelity?.frechet ?? null,
  }
}

const memoryLimit = (): number => 0.8 * os.totalmem()

function requireMemory(title: string, bytes: number): void {
  if (bytes <= memoryLimit()) return
  throw new LetheError(
    'out-of-memory',
    `${title} needs about ${gibibytes(bytes)} GiB of memory; this machine has ${gibibytes(os.totalmem())}.`,
    'Use fewer features or smaller pictures.',
  )
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
