/**
 * The loop of all training: updates in segments, each on its own transitions and with its own variation; checkpoints, losses and
 * returns on the way. Training is one segment; unlearning alternates.
 */
import type { Checkpoint, JobEvent, RandomStream } from '../../contract/job.ts'
import { LetheError } from '../../contract/errors.ts'
import { decodeParameters, encodeParameters } from '../../tensor/safetensors.ts'
import { tf } from '../../tensor/tf.ts'
import type { TrajectoryContext } from '../job.ts'
import type { Agent } from './agent.ts'
import { evaluate } from './evaluate.ts'
import type { Replay } from './replay.ts'
import { normalisedScore, type TaskId, type Variant } from '../environments/task.ts'
import { taskOf } from '../environments/environment.ts'

export interface Segment {
  /** The phase as progress shows it. */
  readonly label: string
  readonly variation: string
  readonly replay: Replay
  readonly steps: number
}

export interface Schedule {
  readonly segments: readonly Segment[]
  /** Updates that the agent has had before: where its warm-up stands. */
  readonly before: number
  /** Gives the agent its first values where it does not hold them yet, after returns were measured at 0. */
  readonly begin?: () => Promise<void>
  /** After how many updates of this schedule returns are measured; empty for none. */
  readonly evaluateAt: ReadonlySet<number>
  readonly evaluation: { readonly task: TaskId; readonly variant: Variant; readonly episodes: number } | null
}

/** What goes with the weights in a checkpoint. */
interface Place {
  done: number
  seconds: number
  returns: { step: number; returns: number[] }[]
}

export interface ScheduleResult {
  /** Computing time of the updates, over all attempts. */
  readonly seconds: number
  readonly returns: readonly { readonly step: number; readonly returns: readonly number[] }[]
  /** Where it ended, as a checkpoint: what follows in the job adds to it, so that a resumed run comes back here. */
  end(): Checkpoint
}

const weightsPart = 'agent.safetensors'
const stepOf = (total: number, parts: number): number => Math.max(1, Math.round(total / parts))

/** Runs the schedule from its start or from the context's checkpoint. The agent holds its first values already. */
export async function* runSchedule(
  context: TrajectoryContext,
  agent: Agent,
  schedule: Schedule,
): AsyncGenerator<JobEvent, ScheduleResult> {
  const { segments, before, evaluateAt } = schedule
  const total = segments.reduce((sum, { steps }) => sum + steps, 0)
  const keys = context.stream('updates')
  const place: Place = { done: 0, seconds: 0, returns: [] }
  const { checkpoint } = context
  if (!checkpoint && evaluateAt.has(0)) yield* measure(context, agent, schedule, place)
  await schedule.begin?.()
  if (checkpoint) resume(checkpoint, agent, keys, place)
  const [lossEvery, checkpointEvery] = [stepOf(total, 200), stepOf(total, 20)]

  let end = 0
  for (const { label, variation, replay, steps } of segments) {
    end += steps
    const phase = phaseOf(segments, label)
    while (place.done < end) {
      const isPoint = (place.done + 1) % lossEvery === 0
      // The last update is looked at as well, wherever the points of the curves fall.
      const losses = isPoint || place.done + 1 === total
      const began = performance.now()
      const found = agent.update(replay, before + place.done, keys.key(), { variation, losses })
      place.seconds += (performance.now() - began) / 1000
      place.done++
      for (const [name, value] of Object.entries(found ?? {})) {
        requireFinite(`loss of the ${name}`, value, place.done)
        if (isPoint) yield { kind: 'metric', name: `loss/${name}`, step: place.done, value, private: false }
      }
      yield { kind: 'progress', phase: label, step: place.done - phase.start, totalSteps: phase.steps }
      if (evaluateAt.has(place.done)) yield* measure(context, agent, schedule, place)
      if (place.done % checkpointEvery === 0 || place.done === total)
        yield { kind: 'checkpoint', checkpoint: checkpointOf(agent, keys, place) }
    }
  }
  return { seconds: place.seconds, returns: place.returns, end: () => checkpointOf(agent, keys, place) }
}

/** Where the segments of one label begin, and how many updates they are; they stand side by side. */
function phaseOf(segments: readonly Segment[], label: string): { start: number; steps: number } {
  const first = segments.findIndex((segment) => segment.label === label)
  const count = (some: readonly Segment[]): number => some.reduce((sum, { steps }) => sum + steps, 0)
  return { start: count(segments.slice(0, first)), steps: count(segments.filter((one) => one.label === label)) }
}

/** Returns now, as metrics; every measurement of a run plays from the same starts. */
async function* measure(
  context: TrajectoryContext,
  agent: Agent,
  { evaluation }: Schedule,
  place: Place,
): AsyncGenerator<JobEvent, void> {
  if (!evaluation) return
  const playing = evaluate(agent, { ...evaluation, stream: context.stream('evaluation') })
  for (;;) {
    const next = await playing.next()
    if (!next.done) {
      yield { kind: 'progress', phase: evaluationPhase, step: next.value.done, totalSteps: evaluation.episodes }
      continue
    }
    const returns = next.value.map(({ totalReward }) => totalReward)
    place.returns.push({ step: place.done, returns })
    const mean = returns.reduce((a, b) => a + b, 0) / returns.length
    requireFinite('return', mean, place.done)
    const deviation = Math.sqrt(returns.reduce((sum, one) => sum + (one - mean) ** 2, 0) / returns.length)
    const score = normalisedScore(taskOf(evaluation.task), mean)
    const figures = { return: mean, 'return deviation': deviation, score }
    for (const [name, value] of Object.entries(figures))
      yield { kind: 'metric', name: `evaluation/${name}`, step: place.done, value, private: false }
    return
  }
}
export const evaluationPhase = 'Playing episodes'

function requireFinite(what: string, value: number, step: number): void {
  if (Number.isFinite(value)) return
  throw new LetheError(
    'config-invalid',
    `After ${step} updates the ${what} is ${value}: the training diverged.`,
    'Lower the learning rates, or look for extreme values in the data.',
  )
}

function checkpointOf(agent: Agent, keys: RandomStream, place: Place): Checkpoint {
  const values = agent.save()
  const parts = { [weightsPart]: encodeParameters(values) }
  tf.dispose(values)
  return { step: place.done, state: { keys: keys.state(), ...place, returns: [...place.returns] }, parts }
}

function resume({ step, state, parts }: Checkpoint, agent: Agent, keys: RandomStream, place: Place): void {
  const bytes = parts[weightsPart]
  if (!bytes)
    throw new LetheError(
      'checkpoint-corrupt',
      `The checkpoint of step ${step} has no ${weightsPart}.`,
      'Remove it; the run goes on from the one before.',
    )
  const { parameters } = decodeParameters(bytes, weightsPart)
  agent.restore(parameters)
  tf.dispose(parameters)
  keys.restore(state['keys'] as never)
  Object.assign(place, { done: state['done'], seconds: state['seconds'], returns: state['returns'] })
}
