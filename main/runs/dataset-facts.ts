/** The facts of the data set of a run. They outlive the data, so that evidence of a run can still be had after its removal. */
import path from 'node:path'
import { z } from 'zod'
import { datasetSchema, splitNameSchema } from '../contract/dataset.ts'
import { LetheError } from '../contract/errors.ts'
import { readDataset } from '../data/catalogue.ts'
import { readJson } from '../files/atomic.ts'
import { findInTrash } from '../files/trash.ts'
import type { RunPaths } from './folder.ts'
import type { ReportInput } from './report.ts'

/** What a report keeps of a data set; in release mode that is less than its manifest. */
const reportedSchema = z.object({
  dataset: datasetSchema.partial({ contentHash: true, problems: true }).extend({
    splits: z.partialRecord(splitNameSchema, z.looseObject({ count: z.number().int() })),
  }),
})

/** From the project; where the data was removed, from the trash or from the report made of this run before. Errors: `dataset-missing`. */
export async function datasetOfRun(
  project: string,
  paths: RunPaths,
  id: string,
): Promise<Pick<ReportInput, 'dataset' | 'removed'>> {
  const present = await readDataset(project, id).catch((error: unknown) => {
    if (error instanceof LetheError && error.code === 'dataset-missing') return null
    throw error
  })
  if (present) return { dataset: present, removed: false }
  const trash = await findInTrash(project, 'dataset', id)
  const kept = trash ? await readJson(path.join(trash, 'manifest.json'), datasetSchema).catch(() => null) : null
  const dataset = kept ?? (await readJson(paths.reportJson, reportedSchema).catch(() => null))?.dataset
  if (dataset?.id !== id)
    throw new LetheError(
      'dataset-missing',
      `The data set ${id} of run ${paths.id} was removed, and nothing here says any more what it was.`,
      'Import the data again; its ledger goes on.',
    )
  return { dataset, removed: true }
}
