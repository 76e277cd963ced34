/** What a replay says of itself, in words. */
import type { Fidelity, ReplayEpisode, Track } from '../../../main/contract/replay.ts'
import { formatCount, formatFigure } from '../../app/format.ts'

export const endWords: Readonly<Record<Track['end'], string>> = {
  terminal: 'fell',
  timeout: 'time limit',
  cut: 'record stops',
}

/** Differences below this are rounding: observations have 32 bits. Rebuilt states are rounded themselves, which contacts make larger. */
const rounding = { recorded: 1e-4, rebuilt: 1e-2 } as const
/** Another variant fits better where its typical difference is smaller by this factor. */
const clearly = 10

export interface Verdict {
  readonly matches: boolean
  readonly text: string
}

const found = ({ largest, field, step, typical }: Fidelity): string =>
  largest === 0
    ? 'One simulated step from each recorded state gives exactly the next one.'
    : `One simulated step from each recorded state differs from the next by ${formatFigure(typical)} typically, ${formatFigure(largest)} at most (${field}, step ${formatCount(step)}).`

/** Whether the simulator is the one that the record comes from; null where that cannot be compared. */
export function fidelityVerdict({ fidelity, states }: Pick<ReplayEpisode, 'fidelity' | 'states'>): Verdict | null {
  const [own, ...others] = fidelity
  if (!own) return null
  const small = states === 'recorded' ? own.largest <= rounding.recorded : own.typical <= rounding.rebuilt
  if (small) return { matches: true, text: `The physics are those of the record. ${found(own)}` }
  const better = others.find(({ typical }) => typical * clearly < own.typical)
  const advice = better
    ? ` The record fits the variant ${better.variant} better, with ${formatFigure(better.typical)} typically.`
    : ''
  return {
    matches: false,
    text: `The physics differ from those of the record (variant ${own.variant}), so agents meet another world here than in the data. ${found(own)}${advice}`,
  }
}
