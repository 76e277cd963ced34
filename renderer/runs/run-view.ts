/** What the window shows of one run, folded from its events. Bounded: an hour of events leaves it no larger. */
import type { LoggedEvent } from '../../main/contract/calls.ts'
import type { Course } from './course.ts'
import { addPoint, newTrack, type Point, type Track } from './track.ts'

/** A figure so far. A new object whenever it has grown; its columns look into memory that later points are written to. */
export interface Series {
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly seconds: Float64Array
  readonly last: Point
  readonly private: boolean
  readonly track: Track
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
  /** Time of the first event, in milliseconds; null before it. */
  readonly start: number | null
  readonly previews: Readonly<Record<string, Preview>>
  readonly series: Readonly<Record<string, Series>>
  readonly artifacts: Readonly<Record<string, { readonly file: string; readonly bytes: number }>>
  readonly warnings: readonly string[]
  readonly spent: readonly string[]
  /** Where a resumed run would go on. */
  readonly checkpoint: { readonly step: number; readonly time: string } | null
}

export const emptyView: RunView = {
  lastSeq: -1,
  start: null,
  previews: {},
  series: {},
  artifacts: {},
  warnings: [],
  spent: [],
  checkpoint: null,
}

const maxWarnings = 50

type Draft = { -readonly [Key in keyof RunView]: RunView[Key] }

function foldMetric(draft: Draft, event: LoggedEvent & { kind: 'metric' }): void {
  const before = draft.series[event.name]
  const track = before?.track ?? newTrack()
  const seconds = (Date.parse(event.time) - (draft.start ?? 0)) / 1000
  const last = { step: event.step, value: event.value, seconds }
  addPoint(track, last)
  const series = seriesOf(track, last, (before?.private ?? true) && event.private)
  draft.series = { ...draft.series, [event.name]: series }
}

const seriesOf = (track: Track, last: Point, isPrivate: boolean): Series => ({
  steps: track.steps.subarray(0, track.shown),
  values: track.values.subarray(0, track.shown),
  seconds: track.seconds.subarray(0, track.shown),
  last,
  private: isPrivate,
  track,
})

function foldOne(draft: Draft, event: LoggedEvent): void {
  draft.lastSeq = event.seq
  draft.start ??= Date.parse(event.time)
  switch (event.kind) {
    case 'metric':
      return foldMetric(draft, event)
    case 'preview': {
      const { name, step, file } = event
      draft.previews = { ...draft.previews, [name]: { name, step, file, version: event.seq } }
      return
    }
    case 'artifact': {
      draft.artifacts = { ...draft.artifacts, [event.name]: { file: event.file, bytes: event.bytes } }
      const picture = /^(.+?)(?:-final)?\.png$/.exec(event.name)?.[1]
      if (picture === undefined) return
      const preview = { name: picture, step: null, file: event.file, version: event.seq }
      draft.previews = { ...draft.previews, [picture]: preview }
      return
    }
    case 'warning':
      draft.warnings = [...draft.warnings, event.message].slice(-maxWarnings)
      return
    case 'spend':
      if (!draft.spent.includes(event.stage)) draft.spent = [...draft.spent, event.stage]
      return
    case 'checkpoint':
      draft.checkpoint = { step: event.step, time: event.time }
      return
    case 'state':
    case 'progress':
  }
}

/** Null when events are missing between the view and these: then the run must be read anew. */
export function foldEvents(view: RunView, events: readonly LoggedEvent[]): RunView | null {
  const draft: Draft = { ...view }
  for (const event of events) {
    if (event.seq <= draft.lastSeq) continue
    if (event.seq !== draft.lastSeq + 1) return null
    foldOne(draft, event)
  }
  return draft
}

/** The view that a course read from the lab leads to; events that follow it can be folded in. */
export function viewOf({ header, columns }: Course): RunView {
  const draft: Draft = { ...emptyView, start: header.start }
  for (const event of header.events) foldOne(draft, event)
  draft.lastSeq = header.lastSeq
  for (const { name, private: isPrivate } of header.series) {
    const column = columns.get(name)
    const length = column?.steps.length ?? 0
    if (!column || length === 0) continue
    const track = newTrack()
    const pointAt = (place: number): Point => ({
      step: column.steps[place] ?? NaN,
      value: column.values[place] ?? NaN,
      seconds: column.seconds[place] ?? NaN,
    })
    for (let place = 0; place < length; place++) addPoint(track, pointAt(place))
    draft.series = { ...draft.series, [name]: seriesOf(track, pointAt(length - 1), isPrivate) }
  }
  return draft
}
