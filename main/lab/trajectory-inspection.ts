/** A look at trajectories before import: everything is read once and nothing is kept. What an import would refuse is described. */
import path from 'node:path'
import type { Inspection } from '../contract/calls/data.ts'
import { LetheError, toErrorRecord } from '../contract/errors.ts'
import { findFormat, formats, openSource } from '../data/formats/index.ts'
import { holdsTransitions } from '../data/formats/transitions.ts'
import type { SourceOptions, TrajectorySource } from '../trajectories/data/source-parts.ts'
import { openTrajectorySource } from '../trajectories/data/source.ts'

interface LookOptions extends SourceOptions {
  readonly onProgress: (done: number, total: number) => void
}

type Found = NonNullable<Inspection['trajectories']>

/** Null where `file` is something else. Errors: `cancelled`. */
export async function inspectTrajectories(file: string, options: LookOptions): Promise<Inspection | null> {
  let source: TrajectorySource | null
  try {
    source = await openTrajectorySource(file, options)
  } catch (error) {
    if (error instanceof LetheError && error.code === 'cancelled') throw error
    return (await isMeantAsTrajectories(file, options)) ? answer(file, { refusal: toErrorRecord(error) }) : null
  }
  if (!source) return null
  const { format } = source
  try {
    const found = await summary(source, options)
    const notes = [...source.problems, ...source.late()]
    return answer(file, { format, found, notes })
  } catch (error) {
    if (error instanceof LetheError && error.code === 'cancelled') throw error
    return answer(file, { format, refusal: toErrorRecord(error) })
  } finally {
    await source.close()
  }
}

async function isMeantAsTrajectories(file: string, options: SourceOptions): Promise<boolean> {
  const format = await findFormat(file, options.as).catch(() => null)
  if (format?.id === 'd4rl' || format?.id === 'minari') return true
  const source = await openSource(file, options).catch(() => null)
  if (!source) return false
  await source.close()
  return source.kind === 'arrays' && holdsTransitions(source)
}

async function summary(source: TrajectorySource, { signal, onProgress }: LookOptions): Promise<Found> {
  const ends = { terminal: 0, timeout: 0, cut: 0 }
  let [episodes, steps, total, min, max] = [0, 0, 0, Infinity, -Infinity]
  for await (const { rewards, end } of source.read({ signal })) {
    const sum = rewards.reduce((a, b) => a + b, 0)
    episodes++
    steps += rewards.length
    total += sum
    min = Math.min(min, sum)
    max = Math.max(max, sum)
    ends[end]++
    onProgress(steps, source.steps)
  }
  if (episodes === 0) throw new LetheError('file-malformed', 'It holds no episode.', 'Bring a set with at least one.')
  const { observationSize, actionSize, environment } = source
  return {
    ...{ episodes, steps, observationSize, actionSize, ends },
    returns: { min, mean: total / episodes, max },
    environment: environment.task,
  }
}

interface Answer {
  readonly format?: string
  readonly found?: Found
  readonly notes?: readonly string[]
  readonly refusal?: Inspection['refusal']
}

function answer(file: string, { format, found, notes = [], refusal = null }: Answer): Inspection {
  const nothing = { items: null, shape: null, dtype: null, range: null, mean: null, classes: [], tiles: [] }
  return {
    ...{ ...nothing, path: file, becomes: null, refusal, kind: 'trajectories' },
    name: path.basename(file).replace(/\.(hdf5|h5|npz)$/i, ''),
    format: format ?? null,
    formatTitle: formats.find(({ id }) => id === format)?.title ?? 'Trajectories',
    problems: notes.map((message) => ({ path: file, code: 'note', message, severity: 'warning' })),
    errors: refusal ? 1 : 0,
    warnings: notes.length,
    trajectories: found ?? null,
  }
}
