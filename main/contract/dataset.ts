import { z } from 'zod'
import { relationSchema } from './privacy.ts'

export const splitNameSchema = z.enum(['train', 'validation', 'test'])
export type SplitName = z.infer<typeof splitNameSchema>

/** `<project>/data/<id>/manifest.json`. Pixels are `<split>-images.npy` (uint8 N,H,W,C), labels `<split>-labels.npy` (uint8 or uint16, N). */
export const datasetSchema = z.strictObject({
  schema: z.literal('lethe.dataset/1'),
  id: z.string(),
  name: z.string(),
  kind: z.literal('images'),
  created: z.string(),
  source: z.string().describe('where it came from, in words; a path is cut to its last part'),
  licence: z.string(),
  sensitive: z.boolean(),
  privacyUnit: z.string().describe('who or what is protected; the accounting protects single images'),
  relation: relationSchema,
  delta: z.number(),
  budget: z.number(),
  height: z.number().int(),
  width: z.number().int(),
  channels: z.number().int(),
  classNames: z.array(z.string()),
  splits: z.partialRecord(
    splitNameSchema,
    z.strictObject({
      count: z.number().int(),
      classCounts: z.array(z.number().int()),
      imagesSha256: z.string(),
      labelsSha256: z.string(),
    }),
  ),
  contentHash: z.string().describe('of the images as a bag: the same in any order and split'),
  splitRule: z.string(),
  problems: z.array(z.string()),
})
export type Dataset = z.infer<typeof datasetSchema>
