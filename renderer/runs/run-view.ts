/** What the window shows of one run, folded from its events. Bounded: an hour of events leaves it no larger. */
import type { LoggedEvent } from '../../main/contract/calls.ts'

export interface Series {
  readonly steps: readonly number[]
  readonly values: readonly number[]
  /** Every how many-th point is kept; doubles whenever the series is full. */
  readonly stride: number
  readonly skipped: number
  readonly last: { readonly step: number; readonly value: number }
  readonly private: boolean
}

export interface Preview {
  readonly name: string
  /** Null for the final one. */
  readonly step: number | null
  readonly file: string
  readonly version: number
}

export interface RunView {
  readonly lastSeq: number
  readonly previews: Readonly<Record<string, Preview>>
  readonly series: Readonly<Record<string, Series>>
  readonly artifacts: Readonly<Record<string, { readonly file: string; readonly bytes: number }>>
  readonly warnings: readonly string[]
  readonly spent: readonly string[]
}

export const emptyView: RunView = { lastSeq: -1, previews: {}, series: {}, artifacts: {}, warnings: [], spent: [] }

const maxPoints = 512
const maxWarnings = 50

/** Adds a point; one at an earlier step (a resumed run tells it again) first cuts the series back. */
export function addPoint(series: Series | undefined, step: number, value: number, isPrivate: boolean): Series {
  const last = { step, value }
  if (!series) return { steps: [step], values: [value], stride: 1, skipped: 0, last, private: isPrivate }
  let { steps, values, stride, skipped } = series
  if (step <= series.last.step) {
    const keep = steps.findIndex((earlier) => earlier >= step)
    const length = keep < 0 ? steps.length : keep
    return addPoint(
      length === 0
        ? undefined
        : {
            ...series,
            steps: steps.slice(0, length),
            values: values.slice(0, length),
            skipped: stride - 1,
            last: { step: steps[length - 1] ?? 0, value: 0 },
          },
      step,
      value,
      isPrivate,
    )
  }
  skipped++
  if (skipped >= stride) {
    steps = [...steps, step]
    values = [...values, value]
    skipped = 0
  }
  if (steps.length > maxPoints) {
    steps = steps.filter((_step, index) => index % 2 === 0)
    values = values.filter((_value, index) => index % 2 === 0)
    stride *= 2
  }
  return { steps, values, stride, skipped, last, private: series.private && isPrivate }
}

function foldOne(view: RunView, event: LoggedEvent): RunView {
  const next = { ...view, lastSeq: event.seq }
  switch (event.kind) {
    case 'metric':
      return {
        ...next,
        series: {
          ...view.series,
          [event.name]: addPoint(view.series[event.name], event.step, event.value, event.private),
        },
      }
    case 'preview': {
      const { name, step, file } = event
      return { ...next, previews: { ...view.previews, [name]: { name, step, file, version: event.seq } } }
    }
    case 'artifact': {
      const artifacts = { ...view.artifacts, [event.name]: { file: event.file, bytes: event.bytes } }
      const picture = /^(.+?)(?:-final)?\.png$/.exec(event.name)?.[1]
      if (picture === undefined) return { ...next, artifacts }
      const preview = { name: picture, step: null, file: event.file, version: event.seq }
      return { ...next, artifacts, previews: { ...view.previews, [picture]: preview } }
    }
    case 'warning':
      return { ...next, warnings: [...view.warnings, event.message].slice(-maxWarnings) }
    case 'spend':
      return view.spent.includes(event.stage) ? next : { ...next, spent: [...view.spent, event.stage] }
    case 'state':
    case 'progress':
    case 'checkpoint':
      return next
  }
}

/** Null when events are missing between the view and these: then the run must be read anew. */
export function foldEvents(view: RunView, events: readonly LoggedEvent[]): RunView | null {
  let current = view
  for (const event of events) {
    if (event.seq <= current.lastSeq) continue
    if (event.seq !== current.lastSeq + 1) return null
    current = foldOne(current, event)
  }
  return current
}
