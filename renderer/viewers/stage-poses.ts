/** Where robots stand on a stage. */
import type { StageRobot } from './stage.ts'

export const poseSize = 6

/** Between robots, from the first to the back; metres. */
export const laneWidth = 1.1

/** Its row at a step: its motion may be shorter than the replay. */
export const rowAt = (robot: StageRobot, capsules: number, step: number): number =>
  Math.max(0, Math.min(step, robot.poses.length / (capsules * poseSize) - 1))

export const hasEnded = (robot: StageRobot, capsules: number, step: number): boolean =>
  step > rowAt(robot, capsules, step)

/** Its first capsule, the torso: what a camera follows. */
export function torsoAt(robot: StageRobot, capsules: number, step: number): { x: number; z: number } {
  const at = rowAt(robot, capsules, step) * capsules * poseSize
  return { x: robot.poses[at] ?? 0, z: robot.poses[at + 2] ?? 0 }
}

/** Pictures are drawn when something has changed, and once for all changes before the next frame. */
export function drawLater(draw: () => void): { request(): void; cancel(): void } {
  let frame = 0
  return {
    request() {
      frame ||= requestAnimationFrame(() => {
        frame = 0
        draw()
      })
    },
    cancel: () => cancelAnimationFrame(frame),
  }
}
