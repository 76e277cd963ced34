/**
 * D4RL: flat HDF5 data sets with one row for each transition: `observations`, `actions`, `rewards`, `terminals`, `timeouts` (not in
 * the oldest files), in v1 and v2 `next_observations` and `infos/qpos`, `infos/qvel`, the simulator's state before the step.
 */
import { LetheError } from '../../contract/errors.ts'
import { warning, type ArraySource, type Format, type Part, type Problem } from './format.ts'
import { hdf5 } from './hdf5.ts'

export const d4rlColumns = ['observations', 'actions', 'rewards', 'terminals'] as const

/** What does not fit together, from the headers alone. */
export function columnProblems(parts: readonly Part[]): Problem[] {
  const problems: Problem[] = []
  const wrong = (path: string, message: string): void =>
    void problems.push({ path, code: 'file-malformed', message, severity: 'error' })
  const of = (name: string) => parts.find((part) => part.path === name)
  for (const name of d4rlColumns) if (!of(name)) wrong(name, `There is no ${name}; a set of trajectories needs it.`)
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

export const d4rl: Format = {
  id: 'd4rl',
  title: 'D4RL trajectories',
  match: () => false, // an HDF5 file whose columns are these is recognised by hdf5.ts
  async open(path, options): Promise<ArraySource> {
    const source = (await hdf5.open(path, options)) as ArraySource
    const missing = d4rlColumns.filter((name) => !source.parts.some((part) => part.path === name))
    if (missing.length === d4rlColumns.length) {
      await source.close()
      const first = source.problems.find(({ severity }) => severity === 'error')
      throw new LetheError(
        'file-malformed',
        `${path}: holds none of ${d4rlColumns.join(', ')}.${first ? ` ${first.message}` : ''}`,
        'Name a D4RL file, or leave the format out.',
      )
    }
    return { ...source, format: 'd4rl', problems: [...source.problems, ...columnProblems(source.parts)] }
  },
}
