/** What the data sets have spent. */
import { z } from 'zod'
import { epsilonsSchema, ledgerEntrySchema, relationSchema } from '../privacy.ts'
import { dataId, type Call } from './call.ts'

export const ledgerSummarySchema = z.object({
  data: z.string(),
  relation: relationSchema,
  delta: z.number(),
  budget: z.number(),
  spent: z.number(),
  remaining: z.number(),
  accounts: z.object({ train: epsilonsSchema, validation: epsilonsSchema }),
  nonPrivateReads: z.number(),
})

export const ledgerCalls = {
  'ledger.show': {
    access: 'read',
    input: z.strictObject({ data: dataId }),
    output: z.object({ summary: ledgerSummarySchema, entries: z.array(ledgerEntrySchema) }),
  },
} as const satisfies Record<string, Call>
