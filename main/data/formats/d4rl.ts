/**
 * D4RL: flat HDF5 data sets with one row for each transition: `observations`, `actions`, `rewards`, `terminals`, `timeouts` (not in
 * the oldest files), in v1 and v2 `next_observations` and `infos/qpos`, `infos/qvel`, the simulator's state before the step.
 */
import { stat } from 'node:fs/promises'
import { LetheError } from '../../contract/errors.ts'
import type { ArraySource, Format } from './format.ts'
import { hdf5 } from './hdf5.ts'
import { columnProblems, neededColumns } from './transitions.ts'

export const d4rl: Format = {
  id: 'd4rl',
  title: 'D4RL trajectories',
  match: () => false, // an HDF5 file whose columns are these is recognised by hdf5.ts
  async open(path, options): Promise<ArraySource> {
    if ((await stat(path).catch(() => null))?.isDirectory())
      throw new LetheError(
        'file-unreadable',
        `${path}: is a folder; a set of D4RL is one HDF5 file.`,
        'If it is a Minari folder, name the format minari or leave it out.',
      )
    const source = (await hdf5.open(path, options)) as ArraySource
    if (source.format === 'd4rl') return source
    const missing = neededColumns.filter((name) => !source.parts.some((part) => part.path === name))
    if (missing.length === neededColumns.length) {
      await source.close()
      const first = source.problems.find(({ severity }) => severity === 'error')
      throw new LetheError(
        'file-malformed',
        `${path}: holds none of ${neededColumns.join(', ')}.${first ? ` ${first.message}` : ''}`,
        'Name a D4RL file, or leave the format out.',
      )
    }
    return { ...source, format: 'd4rl', problems: [...source.problems, ...columnProblems(source)] }
  },
}
