/** What the data sets have spent. */
import { z } from 'zod'
import { budgetBounds } from '../budget.ts'
import { epsilonsSchema, ledgerEntrySchema, relationSchema } from '../privacy.ts'
import { chosenPath, dataId, nothing, type Call } from './call.ts'

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

const one = z.strictObject({ data: dataId })

export const ledgerCalls = {
  'ledger.show': {
    access: 'read',
    input: one,
    output: z.object({ summary: ledgerSummarySchema, entries: z.array(ledgerEntrySchema) }),
  },
  /** Every ledger of the project, also those whose data was removed: they are kept. */
  'ledger.list': {
    access: 'read',
    input: nothing,
    output: z.array(z.object({ data: z.string(), name: z.string(), present: z.boolean() })),
  },
  /** What was spent after each run, in order: composed anew at each of them. */
  'ledger.course': {
    access: 'read',
    input: one,
    output: z.array(
      z.object({ seq: z.number(), time: z.string(), spent: z.number(), budget: z.number(), run: z.string() }),
    ),
  },
  /** Walks the chain of hashes, and holds it against what the runs recorded. */
  'ledger.verify': {
    access: 'read',
    input: one,
    output: z.object({
      ok: z.boolean(),
      entries: z.number(),
      firstBad: z.number().nullable(),
      reason: z.string().nullable(),
    }),
  },
  /**
   * Another budget from now on, with the reason, for ever in the ledger. `from` is the one that stood when the person decided: a
   * raise is judged on that. Errors: `config-invalid` where another stands meanwhile, and nothing is written.
   */
  'ledger.setBudget': {
    access: 'write',
    input: z.strictObject({
      data: dataId,
      from: z.number(),
      budget: z.number().min(budgetBounds.min).max(budgetBounds.max),
      reason: z.string().trim().min(8).max(400),
    }),
    output: ledgerSummarySchema,
  },
  'ledger.export': {
    access: 'read',
    paths: ['path'],
    input: z.strictObject({ data: dataId, path: chosenPath, format: z.enum(['csv', 'json']) }),
    output: nothing,
  },
} as const satisfies Record<string, Call>
