/** Data sets: import under a ledger, the built-in ones, removal, export. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { HandlersOf } from '../contract/calls.ts'
import type { dataCalls, Inspection } from '../contract/calls/data.ts'
import type { TrashRecord } from '../contract/calls/trash.ts'
import { dataIdOf } from '../contract/data-id.ts'
import { splitNameSchema, type Dataset } from '../contract/dataset.ts'
import { LetheError } from '../contract/errors.ts'
import type { Relation } from '../contract/privacy.ts'
import type { RunState } from '../contract/run.ts'
import { builtIns } from '../data/built-in.ts'
import { dataHash, listDatasets, manifestFile, readCatalogue, readDataset, removeDataset } from '../data/catalogue.ts'
import { exportDataset, type ExportProgress } from '../data/export.ts'
import { importImages } from '../data/import.ts'
import { preview, type Preview } from '../data/preview.ts'
import { makeFolder } from '../files/atomic.ts'
import { lockOwner, withLock } from '../files/lock.ts'
import { trashFolder } from '../files/trash.ts'
import { appendLedger, ledgerOf, readLedger } from '../privacy/ledger.ts'
import { defaultDelta } from '../privacy/plan.ts'
import { dataLock, listRuns, readConfig, readRecord, runsFolder } from '../runs/folder.ts'
import type { LabContext } from './context.ts'
import { picturesPart } from './data-pictures.ts'
import { inspectTrajectories } from './trajectory-inspection.ts'

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

export type DataPart = ReturnType<typeof dataPart>

export function dataPart(context: LabContext) {
  const { project, tasks } = context
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

  const adding = new Map<string, Promise<Dataset>>()

  /** The built-in set, imported on first use; who asks meanwhile waits for the same import. */
  const ensureBuiltIn = async (
    id: string,
    progress: Pick<ImportRequest, 'signal' | 'onProgress'>,
  ): Promise<Dataset> => {
    const builtIn = builtIns.find((candidate) => candidate.id === id)
    if (!builtIn || (await fs.stat(manifestFile(project, id)).catch(() => null))) return readDataset(project, id)
    const begun = adding.get(id)
    if (begun) return begun
    const added = importData({ ...builtIn, path: builtIn.path(), as: 'idx', sensitive: true, ...progress })
    adding.set(id, added)
    return added.finally(() => adding.delete(id))
  }

  const { resource, ...pictures } = picturesPart(context)

  /** Errors: `run-state` while a run works on it. */
  const remove = async (id: string): Promise<TrashRecord> => {
    return whileIdle(project, id, () => removeDataset(project, id))
  }

  /** A copy of sensitive data is a read without noise: it is in the ledger before the first byte leaves. */
  const exportData = (
    id: string,
    target: string,
    format: 'npz' | 'zip' | 'folders',
    { run, ...progress }: Omit<ExportProgress, 'beforeReading'> & { readonly run: string },
  ): Promise<string[]> =>
    exportDataset(project, id, target, format, {
      ...progress,
      async beforeReading({ sensitive, splits }) {
        if (!sensitive) return
        for (const split of splitNameSchema.options)
          if (splits[split])
            await appendLedger(ledgerOf(project, id), { kind: 'read', run, what: 'a copy was exported', split })
      },
    })

  const damagedData = async () => (await readCatalogue(project)).damaged

  const inspectSource = async (path: string, task: string, as: string | undefined): Promise<Inspection> => {
    const seen = await tasks.run(
      task,
      async (progress) =>
        (await inspectTrajectories(path, { as, ...progress })) ?? (await preview(path, { as, ...progress })),
    )
    if ('kind' in seen) return seen
    pictures.keepPreview(task, seen.tiles)
    return inspectionOf(seen)
  }

  const handlers: HandlersOf<typeof dataCalls> = {
    'data.list': () => listDatasets(project),
    'data.damaged': damagedData,
    'data.inspect': ({ path, task, as }) => inspectSource(path, task, as),
    'data.import': ({ task, delta, licence, source, ...request }) =>
      tasks.run(task, (progress) =>
        importData({
          ...request,
          ...progress,
          delta: delta ?? undefined,
          licence: licence || undefined,
          ...(source ? { source } : {}),
        }),
      ),
    'data.builtIns': async () => {
      const { datasets, damaged } = await readCatalogue(project)
      const present = new Set([...datasets, ...damaged].map(({ id }) => id))
      return builtIns
        .filter(({ id }) => !present.has(id))
        .map(({ id, name, licence, source, privacyUnit }) => ({ id, name, licence, source, note: privacyUnit }))
    },
    'data.addBuiltIn': ({ id, task }) => tasks.run(task, (progress) => ensureBuiltIn(id, progress)),
    'data.cancel': async ({ task }) => {
      tasks.cancel(task)
      return {}
    },
    'data.showImages': ({ data, split }) => pictures.show(data, split),
    'data.shown': async ({ data }) => pictures.shownSplits(data),
    'data.labels': ({ data, split, start: first, count }) => pictures.labels(data, split, first, count),
    'data.remove': ({ data }) => remove(data),
    'data.export': async ({ data, path: target, task, format }) => ({
      files: await tasks.run(task, (progress) => exportData(data, target, format, { ...progress, run: 'window' })),
    }),
  }

  return {
    handlers,
    resource,
    importData,
    ensureBuiltIn: (id: string, onProgress?: ImportRequest['onProgress']) =>
      ensureBuiltIn(id, onProgress ? { onProgress } : {}),
    listData: () => listDatasets(project),
    damagedData,
    showData: (id: string) => readDataset(project, id),
    /** The folder where it lies now. */
    removeData: async (id: string) => trashFolder(project, (await remove(id)).id),
    exportData: (id: string, target: string, format: 'npz' | 'zip' | 'folders', signal?: AbortSignal) =>
      exportData(id, target, format, { signal, run: 'terminal' }),
  }
}

/**
 * Errors: `run-state` while a run works on the set, which would lose its data under its hands. Only a run that somebody executes
 * counts; where its files are damaged, it may be one on this data.
 */
async function requireIdle(project: string, id: string): Promise<void> {
  for (const paths of await listRuns(project)) {
    const record = await readRecord(paths).catch(() => null)
    const works = record ? worksOn(record.state) : (await lockOwner(paths.lock)) !== null
    if (!works) continue
    const config = (await readConfig(paths).catch(() => ({ data: id }))) as { data?: unknown } | null
    if (config?.data === id)
      throw new LetheError(
        'run-state',
        `A run works on ${id}: ${record?.title ?? paths.id}.`,
        'Wait until it ends, or cancel it.',
      )
  }
}

/** Work that takes a data set out of the project: no run works on it, and none begins meanwhile. Errors: `run-state`. */
export async function whileIdle<Value>(project: string, id: string, work: () => Promise<Value>): Promise<Value> {
  await makeFolder(runsFolder(project))
  return withLock(dataLock(project, id), `Data set ${id}`, 10_000, async () => {
    await requireIdle(project, id)
    return work()
  })
}

const worksOn = (state: RunState): boolean => state === 'running' || state === 'paused'

/** Problems told, at most; the rest is counted. */
const mostProblems = 200

/** What the window is told of a source. */
function inspectionOf({ found, formatTitle, prospect, refusal, tiles }: Preview): Inspection {
  const errors = found.problems.filter((problem) => problem.severity === 'error')
  const warnings = found.problems.filter((problem) => problem.severity === 'warning')
  return {
    path: found.path,
    name: path.basename(found.path).replace(/(\.(npz|npy|zip|gz|png|jpe?g|bin|idx\d?-ubyte))+$/i, ''),
    format: found.format,
    formatTitle,
    items: found.items,
    shape: found.shape && [...found.shape],
    dtype: found.dtype,
    range: found.range && [found.range[0], found.range[1]],
    mean: found.mean,
    classes: [...(found.histogram ?? [])],
    problems: [...errors, ...warnings].slice(0, mostProblems),
    errors: errors.length,
    warnings: warnings.length,
    refusal,
    becomes: prospect && {
      ...prospect,
      classNames: [...prospect.classNames],
      delta: defaultDelta(prospect.splits.train),
    },
    ...{ kind: 'images', trajectories: null },
    tiles: tiles.map(({ width, height, caption }) => ({ width, height, caption })),
  }
}

/** A data set's id, by its name. Errors: `usage`. */
export function idOf(name: string): string {
  const id = dataIdOf(name)
  if (!id)
    throw new LetheError(
      'usage',
      `The name ${JSON.stringify(name)} has no letter or digit.`,
      'Give the data set a name.',
    )
  return id
}
