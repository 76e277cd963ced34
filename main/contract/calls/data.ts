/** Data sets of the project. */
import { z } from 'zod'
import { datasetSchema } from '../dataset.ts'
import { nothing, type Call } from './call.ts'

export const dataCalls = {
  'data.list': { access: 'read', input: nothing, output: z.array(datasetSchema) },
} as const satisfies Record<string, Call>
