import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { memoryKills, trainerEnd } from './trainer-end.ts'

const end = (code: number, killsBefore: number | null, killsNow: number | null, cause: string | null = null) =>
  trainerEnd({ code, killsBefore, killsNow, cause })

it('tells memory that ran out from any other end, and never guesses', () => {
  expect(end(9, 3, 4).code).toBe('out-of-memory')
  expect(end(137, 0, 1).code).toBe('out-of-memory')
  expect(end(134, 3, 3, 'Memory ran out. Lower the batch size.')).toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('(code 134). Memory ran out') as string,
  })
  // Killed by hand: the usual guess would be wrong.
  expect(end(9, 3, 3, 'The system killed it, most often because memory ran out.').message).not.toContain('memory')
  expect(end(139, 3, 4).code).toBe('engine-gone') // another process was out of memory
  expect(end(9, null, null).code).toBe('engine-gone')
  for (const code of [9, 139]) expect(end(code, 0, 1).hint).toContain('resume')
})

it('reads the count of the kernel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-vmstat-'))
  writeFileSync(join(folder, 'vmstat'), 'pgfault 12\noom_kill 7\nnumber 1\n')
  expect(memoryKills(join(folder, 'vmstat'))).toBe(7)
  expect(memoryKills(join(folder, 'absent'))).toBeNull()
  rmSync(folder, { recursive: true })
})
