/** What is drawn of many episodes: bins of a figure, points inside a line drawn by hand. No page needed. */

export interface Bins {
  readonly low: number
  readonly high: number
  /** Places in each bin, in the order given. */
  readonly members: readonly (readonly number[])[]
  readonly most: number
}

/** `count` equal bins from the lowest to the highest value of `places`; the highest belongs to the last. */
export function binsOf(values: readonly number[], places: readonly number[], count: number): Bins {
  let [low, high] = [Infinity, -Infinity]
  for (const place of places) {
    low = Math.min(low, values[place]!)
    high = Math.max(high, values[place]!)
  }
  const members: number[][] = Array.from({ length: count }, () => [])
  const span = high - low || 1
  for (const place of places)
    members[Math.min(count - 1, Math.floor(((values[place]! - low) / span) * count))]!.push(place)
  return { low, high, members, most: members.reduce((most, bin) => Math.max(most, bin.length), 0) }
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Whether a point lies inside a closed line, by the crossings of a ray to its right. */
export function isInside({ x, y }: Point, line: readonly Point[]): boolean {
  let inside = false
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [a, b] = [line[i]!, line[j]!]
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  }
  return inside
}

/** Whether the pointer has gone far enough to have drawn something; a press that trembles has not. */
export const isDrawn = (line: readonly Point[]): boolean =>
  line.some(({ x, y }) => Math.hypot(x - line[0]!.x, y - line[0]!.y) >= 4)

/** Shift adds to what is chosen, Alt takes away from it, else it is chosen anew. */
export function combined(
  before: ReadonlySet<number>,
  ids: readonly number[],
  { shiftKey, altKey }: { readonly shiftKey: boolean; readonly altKey: boolean },
): Set<number> {
  const next = new Set(shiftKey || altKey ? before : [])
  for (const id of ids)
    if (altKey) next.delete(id)
    else next.add(id)
  return next
}
