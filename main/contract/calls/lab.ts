/** About the application and this installation. */
import { z } from 'zod'
import { nothing, type Call } from './call.ts'

export const doctorSchema = z.object({
  ok: z.boolean(),
  backend: z.object({ name: z.string(), library: z.string(), device: z.string() }),
  versions: z.record(z.string(), z.string()),
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
})
export type Doctor = z.infer<typeof doctorSchema>

/** What a run may compute on. The graphics card is offered as untested. */
export const devicesSchema = z.object({
  cores: z.number(),
  memoryBytes: z.number(),
  cpu: z.object({ installed: z.boolean(), name: z.string() }),
  gpu: z.object({
    installed: z.boolean(),
    name: z.string().nullable(),
    missing: z.string().nullable().describe('what keeps it from being used'),
  }),
})
export type Devices = z.infer<typeof devicesSchema>

export const labCalls = {
  'lab.about': {
    access: 'read',
    input: nothing,
    output: z.object({ version: z.string(), project: z.string(), projectName: z.string() }),
  },
  'lab.devices': { access: 'read', input: nothing, output: devicesSchema },
  'lab.doctor': { access: 'read', input: nothing, output: doctorSchema },
} as const satisfies Record<string, Call>
