/** The policies that ship: found by tools/policies (random search, or TD3 where it stalls), one file each in resources/policies with how it was found and what it returns. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { LetheError } from '../../contract/errors.ts'
import { readJson } from '../../files/atomic.ts'
import { installationFolder } from '../../resources.ts'
import { policySchema } from './policy.ts'
import type { TaskId } from './task.ts'

export const levels = ['medium', 'expert'] as const
export type Level = (typeof levels)[number]

const measured = z.object({
  noise: z.number(),
  episodes: z.number(),
  seed: z.number(),
  return: z.number(),
  score: z.number(),
})

const shippedPolicySchema = z.object({
  schema: z.literal('lethe.policy/1'),
  task: z.enum(['hopper', 'halfcheetah', 'walker2d']),
  level: z.enum(levels),
  training: z.record(z.string(), z.unknown()),
  /** Mean returns over episodes with and without noise on the actions, and on D4RL's scale. */
  measured: z.array(measured),
  layers: policySchema,
})
export type ShippedPolicy = z.infer<typeof shippedPolicySchema>

const policyFile = (task: TaskId, level: Level): string =>
  path.join(installationFolder(), 'resources', 'policies', `${task}-${level}.json`)

/** Errors: `method-missing` where none of that skill ships for the task. */
export async function readShippedPolicy(task: TaskId, level: Level): Promise<ShippedPolicy> {
  const file = policyFile(task, level)
  if (!(await fs.stat(file).catch(() => null)))
    throw new LetheError(
      'method-missing',
      `There is no ${level} policy for ${task}.`,
      'See `lethe trajectories environments` for those there are.',
    )
  return readJson(file, shippedPolicySchema)
}

/** What ships for a task, without the weights. */
export async function shippedPolicies(task: TaskId): Promise<Pick<ShippedPolicy, 'level' | 'measured'>[]> {
  const found: Pick<ShippedPolicy, 'level' | 'measured'>[] = []
  for (const level of levels)
    if (await fs.stat(policyFile(task, level)).catch(() => null)) {
      const { measured } = await readShippedPolicy(task, level)
      found.push({ level, measured })
    }
  return found
}
