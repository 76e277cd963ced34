/** About the application and this installation. */
import { z } from 'zod'
import { chosenPath, nothing, type Call } from './call.ts'

/** One thing that was looked at. `unknown` where this system does not say. */
export const checkSchema = z.object({
  id: z.string(),
  title: z.string(),
  sign: z.enum(['good', 'warning', 'bad', 'unknown']),
  found: z.string(),
  hint: z.string().describe('what to do; empty where nothing needs to be done'),
})
export type Check = z.infer<typeof checkSchema>

export const doctorSchema = z.object({
  ok: z.boolean(),
  backend: z.object({ name: z.string(), library: z.string(), device: z.string() }),
  versions: z.record(z.string(), z.string()),
  problems: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string() })),
  checks: z.array(checkSchema),
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
    output: z.object({ version: z.string(), project: z.string(), projectName: z.string(), readOnly: z.boolean() }),
  },
  'lab.devices': { access: 'read', input: nothing, output: devicesSchema },
  'lab.doctor': { access: 'read', input: nothing, output: doctorSchema },
  /**
   * Writes a zip for whoever helps: versions, diagnostics, logs and the course of the runs. Without pixels, figures, names of data,
   * or any path beyond `<project>/…`, `<home>/…`. The target comes from `shell.chooseTarget`.
   */
  'lab.supportBundle': {
    access: 'aside',
    paths: ['target'],
    input: z.strictObject({ target: chosenPath }),
    output: z.object({ files: z.number().int(), bytes: z.number().int() }),
  },
  /** Cheap enough to be asked every few seconds. Bytes. */
  'lab.pulse': {
    access: 'read',
    input: nothing,
    output: z.object({
      project: z.enum(['there', 'missing', 'read-only']),
      memory: z.object({ total: z.number(), available: z.number() }),
      /** Each is another once something of its kind came, went or was written, whoever did it: another window, the terminal. Hints. */
      marks: z.object({ data: z.string(), requests: z.string(), runs: z.string() }),
    }),
  },
} as const satisfies Record<string, Call>
