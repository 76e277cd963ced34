/**
 * One figure as it grows: a column of points that is never longer than a screen can show. What has no room of its own is kept as
 * the lowest and the highest of its stretch, so that no peak is lost; the newest point always stands at the end. Points are
 * written into the same memory, however long a run goes on.
 */

export interface Point {
  readonly step: number
  readonly value: number
  /** Since the start of the run. */
  readonly seconds: number
}

export interface Track {
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly seconds: Float64Array
  /** Points that are settled. */
  length: number
  /** Points that can be shown: behind the settled ones stand those of the stretch that is still open. */
  shown: number
  /** How many points a stretch takes; doubles whenever the column is full. */
  stretch: number
  open: Point[]
  taken: number
}

/** Points a series keeps: more than a wide chart has pixels. */
export const maxPoints = 4096
const room = 3 // for the open stretch: its lowest, its highest, its newest

export const newTrack = (): Track => ({
  steps: new Float64Array(maxPoints + room),
  values: new Float64Array(maxPoints + room),
  seconds: new Float64Array(maxPoints + room),
  length: 0,
  shown: 0,
  stretch: 2,
  open: [],
  taken: 0,
})

function put(track: Track, place: number, { step, value, seconds }: Point): void {
  track.steps[place] = step
  track.values[place] = value
  track.seconds[place] = seconds
}

const pointAt = (track: Track, place: number): Point => ({
  step: track.steps[place] ?? NaN,
  value: track.values[place] ?? NaN,
  seconds: track.seconds[place] ?? NaN,
})

/** The lowest and the highest in the order in which they came; one point where they are the same. */
function extremes(points: readonly Point[]): Point[] {
  let [low, high] = [points[0], points[0]]
  for (const point of points) {
    if (low === undefined || point.value < low.value || Number.isNaN(low.value)) low = point
    if (high === undefined || point.value > high.value || Number.isNaN(high.value)) high = point
  }
  if (!low || !high) return []
  return low === high ? [low] : low.step < high.step ? [low, high] : [high, low]
}

/** Adds a point; one at an earlier step (a resumed run tells it again) first cuts the track back. */
export function addPoint(track: Track, point: Point): void {
  if (track.shown > 0 && point.step <= (track.steps[track.shown - 1] ?? 0)) cutBack(track, point.step)
  const newest = point
  // Of an open stretch no more is needed than its lowest and highest so far.
  track.open = extremes([...track.open, point])
  track.taken++
  if (track.taken >= track.stretch) {
    settle(track)
    track.shown = track.length
    if (track.steps[track.length - 1] !== newest.step) put(track, track.shown++, newest)
    return
  }
  track.shown = track.length
  for (const kept of track.open) put(track, track.shown++, kept)
  if (track.steps[track.shown - 1] !== newest.step) put(track, track.shown++, newest)
}

function settle(track: Track): void {
  for (const point of track.open) put(track, track.length++, point)
  track.open = []
  track.taken = 0
  if (track.length + 2 > maxPoints) halve(track)
}

/** Two stretches become one of twice the length. */
function halve(track: Track): void {
  let length = 0
  for (let start = 0; start < track.length; start += 4) {
    const points = Array.from({ length: Math.min(4, track.length - start) }, (_none, index) =>
      pointAt(track, start + index),
    )
    for (const point of extremes(points)) put(track, length++, point)
  }
  track.length = length
  track.stretch *= 2
}

function cutBack(track: Track, step: number): void {
  let length = track.shown
  while (length > 0 && (track.steps[length - 1] ?? 0) >= step) length--
  track.length = Math.min(length, maxPoints - 2)
  track.open = []
  track.taken = 0
}
