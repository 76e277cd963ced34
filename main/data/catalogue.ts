/** The data sets of a project: list, open (hash-checked), remove to the trash. Importing is in import.ts. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { DamagedDataset } from '../contract/calls/data.ts'
import { LetheError, toErrorRecord } from '../contract/errors.ts'
import type { TrashRecord } from '../contract/calls/trash.ts'
import { datasetSchema, type Dataset, type SplitName } from '../contract/dataset.ts'
import type { DataView, SplitView } from '../contract/job.ts'
import { trajectorySetSchema, type TrajectorySet } from '../contract/trajectories.ts'
import { readJson } from '../files/atomic.ts'
import { moveToTrash } from '../files/trash.ts'
import { parseNpy } from './formats/npy.ts'

export const dataFolder = (project: string, id: string): string => path.join(project, 'data', id)
export const manifestFile = (project: string, id: string): string => path.join(dataFolder(project, id), 'manifest.json')
export const splitFile = (split: SplitName, what: 'images' | 'labels'): string => `${split}-${what}.npy`

const isId = (name: string): boolean => /^[\w-]{1,64}$/.test(name)

/** Sets of trajectories lie in the same folder; main/trajectories/data reads them. */
export const holdsTrajectories = (manifest: string): boolean => /"kind":\s*"trajectories"/.test(manifest)

/** The sets of a project, and those of which there is a folder whose manifest cannot be read. */
export interface Catalogue {
  /** Of images. */
  readonly datasets: Dataset[]
  readonly trajectories: TrajectorySet[]
  readonly damaged: DamagedDataset[]
}

/** One damaged manifest is one row among the others: it hides none of them. */
export async function readCatalogue(project: string): Promise<Catalogue> {
  const names = await fs.readdir(path.join(project, 'data')).catch(() => [])
  const found: Catalogue = { datasets: [], trajectories: [], damaged: [] }
  for (const id of names.filter(isId).sort()) {
    const file = manifestFile(project, id)
    try {
      if (holdsTrajectories(await fs.readFile(file, 'utf8')))
        found.trajectories.push(await readJson(file, trajectorySetSchema))
      else found.datasets.push(await readJson(file, datasetSchema))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') continue // nothing was imported here, or not to the end
      const { message } = toErrorRecord(error)
      found.damaged.push({ id, file, found: message.replace(file, path.basename(file)), hint: mendManifest })
    }
  }
  return found
}

const mendManifest =
  'Restore manifest.json from a copy, or move the data set to the trash and import the same again; its ledger goes on.'

export const listDatasets = async (project: string): Promise<Dataset[]> => (await readCatalogue(project)).datasets

export async function readDataset(project: string, id: string): Promise<Dataset> {
  const text = isId(id) ? await fs.readFile(manifestFile(project, id), 'utf8').catch(() => null) : null
  if (text === null)
    throw new LetheError('dataset-missing', `There is no data set ${id} in this project.`, 'See `lethe data list`.')
  if (holdsTrajectories(text))
    throw new LetheError('dataset-missing', `${id} holds trajectories, not images.`, 'Choose a data set of images.')
  return readJson(manifestFile(project, id), datasetSchema)
}

/** One hash for all pixels and labels: the key of whatever is computed from them and kept. */
export function dataHash(dataset: Pick<Dataset, 'splits'>): string {
  const hash = createHash('sha256')
  for (const name of ['train', 'validation', 'test'] as const) {
    const split = dataset.splits[name]
    if (split) hash.update(`${name} ${split.imagesSha256} ${split.labelsSha256}\n`)
  }
  return hash.digest('hex')
}

/** Opens a data set; each split is read and checked against its hash on first use. Errors: `dataset-corrupt`. */
export async function openData(project: string, id: string): Promise<DataView> {
  const dataset = await readDataset(project, id)
  const folder = dataFolder(project, id)
  const loaded = new Map<SplitName, Promise<SplitView>>()
  const load = async (name: SplitName): Promise<SplitView> => {
    const manifest = dataset.splits[name]
    if (!manifest)
      throw new LetheError(
        'dataset-missing',
        `Data set ${id} has no ${name} split.`,
        'Import it with one, or choose another.',
      )
    const [images, labels] = await Promise.all([
      readChecked(folder, splitFile(name, 'images'), manifest.imagesSha256),
      readChecked(folder, splitFile(name, 'labels'), manifest.labelsSha256),
    ])
    if (!(images instanceof Uint8Array) || !(labels instanceof Uint8Array || labels instanceof Uint16Array))
      throw new LetheError('dataset-corrupt', `Data set ${id}: ${name} is not stored as bytes.`, 'Import it again.')
    return { count: manifest.count, images, labels }
  }
  return {
    dataset,
    folder,
    hash: dataHash(dataset),
    split(name) {
      let view = loaded.get(name)
      if (!view) loaded.set(name, (view = load(name)))
      return view
    },
  }
}

/** The values of one stored array. The hash is that of the values alone, as `data inspect` shows it. */
async function readChecked(folder: string, name: string, sha256: string) {
  const file = path.join(folder, name)
  const { data } = parseNpy(await fs.readFile(file), file)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new LetheError(
      'dataset-corrupt',
      `${file} was changed after the import: its bytes no longer match their hash.`,
      'Import the data again; its ledger goes on.',
    )
  return data
}

/** Moves a data set, also a damaged one, and what was computed from it to the project's trash. Its ledger stays: what was spent is spent. */
export async function removeDataset(project: string, id: string): Promise<TrashRecord> {
  const { damaged } = await readCatalogue(project)
  const { name } = damaged.some((one) => one.id === id) ? { name: id } : await readDataset(project, id)
  return moveToTrash(project, { kind: 'dataset', origin: id, name })
}
