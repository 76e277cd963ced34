/** Trajectories as flat columns with one row for each transition, in HDF5 (D4RL) or NPZ: which there are, and what does not fit together. */
import { shown } from './bytes.ts'
import { warning, type ArraySource, type Problem } from './format.ts'

export const neededColumns = ['observations', 'actions', 'rewards', 'terminals'] as const

/** What a source shows before its values are read: what can be read, and what was found wrong or was left out. */
type Listed = Pick<ArraySource, 'parts' | 'problems'>

const hint = `Give ${neededColumns.join(', ')} as arrays of numbers with one row for each transition.`

/** What does not fit together, from the headers alone. */
export function columnProblems({ parts, problems: known }: Listed): Problem[] {
  const problems: Problem[] = []
  const wrong = (path: string, message: string): void =>
    void problems.push({ path, code: 'file-malformed', message, severity: 'error', hint })
  const of = (name: string) => parts.find((part) => part.path === name)
  for (const name of neededColumns) {
    const said = known.find(({ path }) => path === name)
    if (of(name) || said?.severity === 'error') continue
    const inner = parts.find(({ path }) => path.startsWith(`${name}/`))
    if (inner) wrong(name, `${name} is a group, with ${shown(inner.path)} in it; expected one array.`)
    else if (said) wrong(name, `${name} holds no numbers; expected one row of them for each transition.`)
    else wrong(name, `There is no ${name}; a set of trajectories needs it.`)
  }
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
  if (!of('timeouts') && known.every(({ severity }) => severity === 'warning') && problems.length === 0)
    problems.push(
      warning('timeouts', 'no-timeouts', 'There are no timeouts; episodes that were cut cannot be told apart.'),
    )
  return problems
}

/** Whether a file is meant as trajectories: no other has two of their columns. What it lacks is said by `columnProblems`. */
export function holdsTransitions({ parts, problems }: Listed): boolean {
  const names = new Set([...parts, ...problems].map(({ path }) => path.split('/')[0]))
  return neededColumns.filter((name) => names.has(name)).length >= 2
}
