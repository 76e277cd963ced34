/** Checkpoints: folders named by step, complete or absent, verified by hash; the newest good one counts. */
import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Checkpoint } from '../contract/job.ts'
import { readJson, writeAtomic, writeFolder, writeJson } from '../files/atomic.ts'

const manifestSchema = z.strictObject({
  schema: z.literal('lethe.checkpoint/1'),
  step: z.number(),
  state: z.record(z.string(), z.unknown()),
  parts: z.record(z.string().regex(/^[\w.-]+$/), z.strictObject({ sha256: z.string(), bytes: z.number() })),
  metricsBytes: z.number().describe('length of metrics.ndjson then: what came later is repeated after a resume'),
})

const kept = 2
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const nameOf = (step: number): string => String(step).padStart(9, '0')

export async function saveCheckpoint(folder: string, checkpoint: Checkpoint, metricsBytes: number): Promise<string> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const target = path.join(folder, nameOf(checkpoint.step))
  await writeFolder(target, async (temporary) => {
    const parts: z.infer<typeof manifestSchema>['parts'] = {}
    for (const [name, bytes] of Object.entries(checkpoint.parts)) {
      await writeAtomic(path.join(temporary, name), bytes)
      parts[name] = { sha256: sha256(bytes), bytes: bytes.length }
    }
    const { step, state } = checkpoint
    await writeJson(path.join(temporary, 'manifest.json'), {
      schema: 'lethe.checkpoint/1',
      step,
      state,
      parts,
      metricsBytes,
    })
  })
  for (const old of (await names(folder)).slice(kept))
    await fs.rm(path.join(folder, old), { recursive: true, force: true })
  return target
}

/** Newest first. */
async function names(folder: string): Promise<string[]> {
  const all = await fs.readdir(folder).catch(() => [])
  return all
    .filter((name) => /^\d+$/.test(name))
    .sort()
    .reverse()
}

/** The newest checkpoint whose parts all match their hashes, and what was wrong with newer ones. */
export async function loadCheckpoint(
  folder: string,
): Promise<{ checkpoint: Checkpoint | null; metricsBytes: number; problems: string[] }> {
  const problems: string[] = []
  for (const name of await names(folder)) {
    try {
      const manifest = await readJson(path.join(folder, name, 'manifest.json'), manifestSchema)
      const parts: Record<string, Uint8Array> = {}
      for (const [part, expected] of Object.entries(manifest.parts)) {
        const bytes = await fs.readFile(path.join(folder, name, part))
        if (bytes.length !== expected.bytes || sha256(bytes) !== expected.sha256)
          throw new Error(`${part} does not match its hash`)
        parts[part] = bytes
      }
      return {
        checkpoint: { step: manifest.step, state: manifest.state, parts },
        metricsBytes: manifest.metricsBytes,
        problems,
      }
    } catch (error) {
      problems.push(`Checkpoint ${name} is damaged (${(error as Error).message}); the one before it is used.`)
    }
  }
  return { checkpoint: null, metricsBytes: 0, problems }
}
