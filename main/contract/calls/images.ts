/** Private images: methods, plans, syntheses. */
import { z } from 'zod'
import { runId, type Call } from './call.ts'

export const imagesCalls = {
  'images.demo': {
    access: 'write',
    input: z.strictObject({ epsilon: z.number().positive() }),
    output: z.object({ run: runId }),
  },
} as const satisfies Record<string, Call>
