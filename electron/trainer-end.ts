/** Why a trainer ended that should not have, as far as the system tells, and what a person can do. */
import { readFileSync } from 'node:fs'
import type { ErrorRecord } from '../main/contract/errors.ts'

/** How often the kernel has stopped a process because memory ran out, since the start of the machine. Null where it does not count. */
export function memoryKills(file = '/proc/vmstat'): number | null {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
    return count === undefined ? null : Number(count)
  } catch {
    return null
  }
}

export interface TrainerEnd {
  readonly code: number
  readonly killsBefore: number | null
  readonly killsNow: number | null
  /** What it said before, in words a person can act on (known-causes.ts). */
  readonly cause: string | null
}

const killed = (code: number): boolean => code === 9 || code === 137

/** Never guesses where the kernel counts: a process killed by hand has not run out of memory. */
export function trainerEnd({ code, killsBefore, killsNow, cause }: TrainerEnd): ErrorRecord {
  const counted = killsBefore !== null && killsNow !== null
  const byKernel = killed(code) && counted && killsNow > killsBefore
  const known = killed(code) && counted ? null : cause
  const what = `The process that worked on the run ended unexpectedly${code === 0 ? '' : ` (code ${code})`}.`
  if (byKernel || /^(Memory|The graphics card) ran out/.test(known ?? ''))
    return {
      code: 'out-of-memory',
      message: byKernel
        ? 'Memory ran out, and the system stopped the process that worked on this run.'
        : `${what} ${known}`,
      hint: 'Close other programs, or make a smaller run: fewer features, a smaller batch, fewer images. To go on from the last checkpoint, resume it.',
    }
  return {
    code: 'engine-gone',
    message: known === null ? what : `${what} ${known}`,
    hint: 'Everything up to the last checkpoint is kept; resume it to go on from there. What was charged to the budget is not charged again.',
  }
}
