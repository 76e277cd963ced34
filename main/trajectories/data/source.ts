/** Trajectories from files, as a stream of episodes. What does not fit is one error that names the episode and the field. */
import { brokenSource } from '../../data/formats/format.ts'
import { openSource } from '../../data/formats/index.ts'
import type { MinariSource } from '../../data/formats/minari.ts'
import { holdsTransitions } from '../../data/formats/transitions.ts'
import { farActions, largestOf } from './actions.ts'
import { flatSource } from './flat-source.ts'
import { minariSource } from './minari-source.ts'
import { mend, type SourceOptions, type TrajectorySource } from './source-parts.ts'

/** Opens `file`; null where it holds no trajectories. Errors: those of the formats, `file-malformed`. */
export async function openTrajectorySource(
  file: string,
  options: SourceOptions = {},
): Promise<TrajectorySource | null> {
  const source = await openSource(file, options)
  const isMinari = source.kind === 'arrays' && source.format === 'minari'
  if (source.kind !== 'arrays' || (!isMinari && !holdsTransitions(source) && source.format !== 'd4rl')) {
    await source.close()
    return null
  }
  try {
    const broken = source.problems.find(({ severity }) => severity === 'error')
    if (broken) throw brokenSource(file, broken, mend)
    const notes = source.problems.map(({ message }) => message)
    return notingActions(
      isMinari ? minariSource(file, source as MinariSource, notes, options) : flatSource(file, source, notes, options),
    )
  } catch (thrown) {
    await source.close()
    throw thrown
  }
}

function notingActions(source: TrajectorySource): TrajectorySource {
  let largest = 0
  return {
    ...source,
    late: () => [...source.late(), ...[farActions(largest)].filter((note) => note !== null)],
    async *read(options) {
      for await (const record of source.read(options)) {
        largest = Math.max(largest, largestOf(record.actions))
        yield record
      }
    },
  }
}
