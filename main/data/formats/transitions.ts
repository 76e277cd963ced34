/** Trajectories as flat columns with one row for each transition, in HDF5 (D4RL) or NPZ: which there are, and what does not fit together. */
import { warning, type Part, type Problem } from './format.ts'

export const neededColumns = ['observations', 'actions', 'rewards', 'terminals'] as const

/** What does not fit together, from the headers alone. */
export function columnProblems(parts: readonly Part[]): Problem[] {
  const problems: Problem[] = []
  const wrong = (path: string, message: string): void =>
    void problems.push({ path, code: 'file-malformed', message, severity: 'error' })
  const of = (name: string) => parts.find((part) => part.path === name)
  for (const name of neededColumns) if (!of(name)) wrong(name, `There is no ${name}; a set of trajectories needs it.`)
  const rows = of('observations')?.shape[0]
  for (const [name, axes] of [
    ['observations', 2],
    ['next_observations', 2],
    ['actions', 2],
    ['rewards', 1],
    ['terminals', 1],
    ['timeouts', 1],
    ['infos/qpos', 2],
    ['infos/qvel', 2],
  ] as const) {
    const part = of(name)
    if (!part) continue
    const { shape } = part
    const isColumn = axes === 1 && shape.length === 2 && shape[1] === 1
    if (shape.length !== axes && !isColumn)
      wrong(
        name,
        `${name} has shape ${shape.join(' × ') || 'of one value'}; expected ${axes} axes, one row a transition.`,
      )
    else if (rows !== undefined && shape[0] !== rows)
      wrong(name, `${name} has ${shape[0]} rows, observations has ${rows}; expected one row for each transition.`)
  }
  const [now, next] = [of('observations'), of('next_observations')]
  if (now && next && now.shape[1] !== next.shape[1])
    wrong('next_observations', `next_observations has ${next.shape[1]} columns, observations has ${now.shape[1]}.`)
  if (!of('timeouts') && problems.length === 0)
    problems.push(
      warning('timeouts', 'no-timeouts', 'There are no timeouts; episodes that were cut cannot be told apart.'),
    )
  return problems
}

export const holdsTransitions = (parts: readonly Part[]): boolean =>
  neededColumns.every((name) => parts.some((part) => part.path === name))
