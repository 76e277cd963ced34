/** Ways to look at a stage. */
import type { View } from './stage.ts'

/** `side` is how Gymnasium shows these robots. */
export const views = {
  side: { turn: 0, height: 0.3, distance: 5.2 },
  front: { turn: 1.05, height: 0.34, distance: 5.2 },
  above: { turn: 0.5, height: 1.1, distance: 6.5 },
} as const satisfies Record<string, View>
export type ViewName = keyof typeof views

const [nearest, farthest] = [1.6, 20]
const [lowest, highest] = [0.03, 1.5]

/** Turned and moved by hand, within what can be looked at. */
export function movedView(view: View, { turn = 0, height = 0, zoom = 1 }): View {
  return {
    turn: view.turn + turn,
    height: Math.min(highest, Math.max(lowest, view.height + height)),
    distance: Math.min(farthest, Math.max(nearest, view.distance * zoom)),
  }
}
