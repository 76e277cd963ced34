/**
 * The application as one object. The terminal calls its functions, the window reaches those of the contract through
 * `call`; a run is made here and executed by whoever pulls `execute`.
 */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import {
  calls,
  type CallName,
  type CallResult,
  type LoggedEvent,
  type TopicName,
  type TopicValue,
} from './contract/calls.ts'
import type { Dataset } from './contract/dataset.ts'
import { LetheError, toErrorRecord } from './contract/errors.ts'
import type { PrivacyMode, Relation } from './contract/privacy.ts'
import type { Plan, RunRecord, RunSummary } from './contract/run.ts'
import { builtIns } from './data/built-in.ts'
import { dataHash, listDatasets, manifestFile, readDataset, removeDataset } from './data/catalogue.ts'
import { exportDataset } from './data/export.ts'
import { importImages } from './data/import.ts'
import { doctor } from './doctor.ts'
import { parseWith } from './files/atomic.ts'
import { methodOf } from './images/methods.ts'
import { synthesizeConfigSchema } from './images/synthesize.ts'
import { appendLedger, ledgerOf, readLedger, summarise, verifyLedger } from './privacy/ledger.ts'
import { defaultDelta, privacyPlan } from './privacy/plan.ts'
import { openProject } from './project.ts'
import { requestOf } from './runs/control.ts'
import { executeRun, type ExecuteOptions } from './runs/execute.ts'
import { writeReport } from './runs/report.ts'
import { createRun, listRuns, readConfig, readEvents, readPlan, runPaths, summariseRun } from './runs/folder.ts'
import { jobOf } from './runs/jobs.ts'
import { missingCharges } from './runs/evidence.ts'
import { version } from './version.ts'

export interface ImportRequest {
  readonly path: string
  readonly name: string
  readonly as?: string | undefined
  readonly sensitive?: boolean
  readonly relation?: Relation | undefined
  readonly budget?: number | undefined
  readonly delta?: number | undefined
  readonly privacyUnit?: string | undefined
  readonly licence?: string | undefined
  readonly source?: string
  readonly id?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

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

export type Lab = Awaited<ReturnType<typeof openLab>>

export interface LabOptions {
  readonly project: string
  /** Hands a queued run to a trainer; the terminal executes runs itself and leaves it out. */
  readonly startRun?: (run: string) => void
}

/** Opens (or makes) a project. Errors: `folder-read-only`, `project-newer`. */
export async function openLab(options: LabOptions) {
  const project = await openProject(options.project)
  const listeners = new Set<(topic: TopicName, value: unknown) => void>()
  const tell = <Name extends TopicName>(topic: Name, value: TopicValue<Name>): void =>
    listeners.forEach((listener) => listener(topic, value))

  // ---- data ------------------------------------------------------------------------------------------------------

  const importData = async (request: ImportRequest): Promise<Dataset> => {
    const id = request.id ?? idOf(request.name)
    if (builtIns.some((builtIn) => builtIn.id === id && builtIn.path() !== request.path))
      throw new LetheError('dataset-exists', `The name ${id} belongs to a built-in data set.`, 'Choose another name.')
    // Data that comes back after a removal keeps the terms of its ledger.
    const open = await openingOf(id)
    const relation = request.relation ?? open?.relation ?? 'add-remove'
    const budget = request.budget ?? open?.budget ?? 10
    return importImages(project, {
      path: request.path,
      as: request.as,
      id,
      name: request.name,
      sensitive: request.sensitive ?? true,
      relation,
      delta: (count) => request.delta ?? open?.delta ?? defaultDelta(count),
      budget,
      privacyUnit: request.privacyUnit ?? open?.unit ?? 'one image',
      licence: request.licence ?? 'not stated',
      source: request.source ?? path.basename(request.path),
      signal: request.signal,
      ...(request.onProgress ? { onProgress: request.onProgress } : {}),
      beforePublish: openLedger,
    })
  }

  const openingOf = async (id: string) => {
    const open = (await readLedger(ledgerOf(project, id)))[0]
    return open?.kind === 'open' ? open : undefined
  }

  /** The budget belongs to the data: the same images cannot start again with a fresh one under another name. */
  const openLedger = async (dataset: Dataset): Promise<void> => {
    const hash = dataHash(dataset)
    for (const name of await fs.readdir(path.join(project, 'ledger')).catch(() => [])) {
      if (!name.endsWith('.ndjson')) continue
      const other = path.basename(name, '.ndjson')
      const open = await openingOf(other)
      const same = open?.contentHash === dataset.contentHash
      if (open?.dataHash === hash && other === dataset.id) {
        // Imported again after a removal or a crash: its ledger goes on, on its own terms.
        const { relation, delta, budget, unit } = open
        if (
          relation === dataset.relation &&
          delta === dataset.delta &&
          budget === dataset.budget &&
          unit === dataset.privacyUnit
        )
          return
        throw new LetheError(
          'dataset-exists',
          `These images were in this project before as ${other}, and their privacy ledger goes on: ${relation}, delta ${delta}, budget ${budget}, protecting ${unit}.`,
          'Import them on the same terms, or leave the terms out.',
        )
      }
      if (same || other === dataset.id)
        throw new LetheError(
          'dataset-exists',
          same
            ? `The same images are or were in this project as ${other}, whose privacy ledger goes on.`
            : `A data set ${other} with other images was in this project; its privacy ledger is kept.`,
          same ? `Use ${other}; if it was removed, import it from the same source as then.` : 'Choose another name.',
        )
    }
    await appendLedger(ledgerOf(project, dataset.id), {
      kind: 'open',
      data: dataset.id,
      relation: dataset.relation,
      delta: dataset.delta,
      budget: dataset.budget,
      unit: dataset.privacyUnit,
      dataHash: hash,
      contentHash: dataset.contentHash,
    })
  }

  /** The built-in set, imported on first use. */
  const ensureBuiltIn = async (id: string, onProgress?: ImportRequest['onProgress']): Promise<Dataset> => {
    const builtIn = builtIns.find((candidate) => candidate.id === id)
    if (!builtIn || (await fs.stat(manifestFile(project, id)).catch(() => null))) return readDataset(project, id)
    return importData({
      ...builtIn,
      path: builtIn.path(),
      as: 'idx',
      sensitive: true,
      ...(onProgress ? { onProgress } : {}),
    })
  }

  /** A ledger outlives its data and can be read after the removal. Errors: `dataset-missing`. */
  const knownLedger = async (data: string) => {
    const found = ledgerOf(project, data)
    const kept = /^[\w-]{1,64}$/.test(data) && (await fs.stat(found.file).catch(() => null))
    if (!kept) await readDataset(project, data)
    return found
  }

  const ledger = async (data: string) => {
    const entries = await readLedger(await knownLedger(data))
    return { summary: summarise(entries), entries: [...entries] }
  }

  /** Walks the chain and holds it against what the runs of the project say they spent. */
  const checkLedger = async (data: string) => {
    const result = await verifyLedger(await knownLedger(data))
    if (result.ok && result.entries[0]?.kind !== 'open')
      return { ok: false, firstBad: 0, reason: 'The opening entry is missing.' }
    if (!result.ok) return { ok: false, firstBad: result.firstBad, reason: result.reason }
    const missing = await missingCharges(project, data, result.entries)
    return missing === null
      ? { ok: true, firstBad: null, reason: null }
      : {
          ok: false,
          firstBad: result.entries.length,
          reason: `Run ${missing} charged this ledger, which no longer holds the charge.`,
        }
  }

  // ---- runs ------------------------------------------------------------------------------------------------------

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

  /** Pull to work: the terminal's own process, the trainer, or a test. */
  const execute = (run: string, executeOptions?: ExecuteOptions): AsyncGenerator<LoggedEvent, RunRecord> =>
    executeRun(project, run, executeOptions)

  const runs = async (): Promise<RunSummary[]> => Promise.all((await listRuns(project)).map(summariseRun))

  const start = (run: string): void => {
    if (!options.startRun) throw new LetheError('internal', 'This lab has no trainer.')
    options.startRun(run)
  }

  // ---- the contract ----------------------------------------------------------------------------------------------

  const handlers: {
    [Name in CallName]: (
      input: z.output<(typeof calls)[Name]['input']>,
    ) => Promise<z.input<(typeof calls)[Name]['output']>>
  } = {
    'lab.about': () => Promise.resolve({ version, project, projectName: path.basename(project) }),
    'lab.doctor': () => doctor({ load: false }),
    'data.list': () => listDatasets(project),
    'ledger.show': ({ data }) => ledger(data),
    'runs.list': runs,
    'runs.show': async ({ run }) => {
      const paths = runPaths(project, run)
      const summary = await summariseRun(paths)
      return { summary, plan: await readPlan(paths).catch(() => null), events: await readEvents(paths) }
    },
    'runs.demo': async ({ epsilon }) => {
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
    'runs.start': async ({ run }) => {
      await summariseRun(runPaths(project, run))
      start(run)
      return {}
    },
    'runs.pause': async ({ run }) => {
      await requestOf(runPaths(project, run), 'pause')
      return {}
    },
    'runs.continue': async ({ run }) => {
      await requestOf(runPaths(project, run), 'run')
      return {}
    },
    'runs.cancel': async ({ run }) => {
      const paths = runPaths(project, run)
      await requestOf(paths, 'cancel')
      tell('run-changed', { summary: await summariseRun(paths) })
      return {}
    },
  }

  return {
    project,
    importData,
    ensureBuiltIn,
    listData: () => listDatasets(project),
    showData: (id: string) => readDataset(project, id),
    removeData: (id: string) => removeDataset(project, id),
    exportData: (id: string, target: string, format: 'npz' | 'zip' | 'folders', signal?: AbortSignal) =>
      exportDataset(project, id, target, format, signal),
    ledger,
    checkLedger,
    planSynthesis,
    createSynthesis,
    execute,
    runs,
    showRun: (run: string) => handlers['runs.show']({ run }),
    /** Writes report.html and report.json of a run anew. */
    async writeReport(run: string): Promise<{ run: string; report: string }> {
      const paths = runPaths(project, run)
      const data = jobOf((await summariseRun(paths)).kind).data((await readConfig(paths)) as never)
      return {
        run,
        report: await writeReport(paths, { dataset: await readDataset(project, data), ledger: await ledger(data) }),
      }
    },
    cancelRun: (run: string) => handlers['runs.cancel']({ run }),

    /** One call of the contract: both sides are parsed, nothing is thrown. */
    async call<Name extends CallName>(name: Name, input: unknown): Promise<CallResult<Name>> {
      try {
        const call = Object.hasOwn(calls, name) ? calls[name] : undefined
        if (!call) throw new LetheError('usage', `There is no call named ${String(name)}.`)
        const parsed = parseWith(call.input as unknown as z.ZodType<never>, input, name, 'usage')
        const value = await handlers[name](parsed)
        return { ok: true, value: call.output.parse(value) as never }
      } catch (error) {
        return { ok: false, error: toErrorRecord(error) }
      }
    },
    subscribe(listener: (topic: TopicName, value: unknown) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Passes on what a trainer reports, coalesced by the caller. */
    async report(run: string, events: readonly LoggedEvent[]): Promise<void> {
      tell('run-events', { run, events: [...events] })
      tell('run-changed', { summary: await summariseRun(runPaths(project, run)) })
    },
    /** A picture or report of a run, by its path below `runs/`. Null for anything else. */
    async resource(resourcePath: string): Promise<{ bytes: Uint8Array; type: string } | null> {
      const match = /^runs\/([\w-]+)\/((?:artifacts\/)?[\w-]+\.(png|html))$/.exec(resourcePath)
      if (!match) return null
      const bytes = await fs.readFile(path.join(runPaths(project, match[1]!).folder, match[2]!)).catch(() => null)
      return bytes && { bytes, type: match[3] === 'png' ? 'image/png' : 'text/html; charset=utf-8' }
    },
    close: () => Promise.resolve(listeners.clear()),
  }
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)

/** A data set's id: its name in lower case, other characters as hyphens. */
export function idOf(name: string): string {
  const id = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
  if (!id)
    throw new LetheError(
      'usage',
      `The name ${JSON.stringify(name)} has no letter or digit.`,
      'Give the data set a name.',
    )
  return id
}
