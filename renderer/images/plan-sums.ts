/** Sums and groups of a plan's steps, as they are shown. */
import type { Plan } from '../../main/contract/run.ts'

export const secondsOf = (plan: Plan): number => plan.steps.reduce((sum, { weight }) => sum + weight, 0)

export const trainingSteps = (plan: Plan): number | undefined =>
  plan.steps.find(({ phase }) => phase.startsWith('Training'))?.steps

interface Group {
  readonly name: string
  /** What is done in turn under one name: three classifiers, say. */
  readonly parts: readonly string[]
  readonly note: string
  readonly seconds: number
}

/** Phases called `NAME: PART` that follow each other are one row. */
export function grouped(steps: Plan['steps']): Group[] {
  const groups: Group[] = []
  for (const { phase, note, weight } of steps) {
    const [name = phase, part] = phase.split(': ')
    const last = groups[groups.length - 1]
    const parts = part === undefined ? [] : [part]
    if (last && last.name === name && parts.length > 0)
      groups[groups.length - 1] = { ...last, parts: [...last.parts, ...parts], seconds: last.seconds + weight }
    else groups.push({ name, parts, note, seconds: weight })
  }
  return groups
}
