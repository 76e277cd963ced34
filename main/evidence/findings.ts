/** Collects what was looked at and what did not hold. A check that cannot be made is a problem, never a crash. */
import type { Check, Problem } from '../contract/evidence.ts'
import { shown } from '../data/formats/bytes.ts'

const mostProblems = 200

export interface Findings {
  readonly problems: readonly Problem[]
  readonly checks: readonly Check[]
  problem(file: string, expected: string, found: string): void
  /**
   * Does one check, named by what should hold. `work` reports what does not, and may give a note: on what was seen, or (`open`) why
   * this evidence cannot show it. Other work gets a turn afterwards. Returns whether it held.
   */
  check(
    run: string | null,
    what: string,
    work: () => Promise<string | Open | void> | string | Open | void,
  ): Promise<boolean>
}

interface Open {
  readonly open: string
}

export function collectFindings(): Findings {
  const problems: Problem[] = []
  const checks: Check[] = []
  let count = 0
  const problem: Findings['problem'] = (file, expected, found) => {
    count++
    if (problems.length < mostProblems)
      problems.push({ file: shown(file), expected: shown(expected), found: shown(found) })
  }
  return {
    problems,
    checks,
    problem,
    async check(run, what, work) {
      const before = count
      let note: string | Open | void = undefined
      try {
        note = await work()
      } catch (error) {
        problem(run ?? 'the bundle', `a check: ${what}`, `it cannot be made: ${(error as Error).message}`)
      }
      await new Promise((resolve) => setImmediate(resolve))
      const holds = count === before
      const words = typeof note === 'object' ? note.open : (note ?? '')
      const result = !holds ? 'fails' : typeof note === 'object' ? 'open' : 'holds'
      checks.push({ run, what, result, note: shown(words) })
      return holds
    },
  }
}
