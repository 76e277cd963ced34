/**
 * Returns of d3rlpy's published benchmark on D4RL's medium-expert-v0 sets (takuseno/d3rlpy-benchmarks, mean of ten seeds), by updates. Other data than ours, of
 * stochastic policies: for orientation, not for comparison to the point.
 */
import type { TaskId } from './environments/task.ts'

const publishedSteps = [10_000, 50_000, 100_000, 200_000, 500_000] as const

const curves: Readonly<Record<string, Readonly<Record<TaskId, readonly number[]>>>> = {
  'td3-bc': {
    hopper: [1118, 2784, 3341, 3362, 3633],
    halfcheetah: [2908, 2464, 3883, 6147, 10794],
    walker2d: [875, 1908, 3067, 3881, 4177],
  },
  iql: {
    hopper: [259, 1744, 2402, 2858, 3634],
    halfcheetah: [1350, 876, 2401, 3808, 6568],
    walker2d: [202, 1296, 2352, 2456, 4240],
  },
  bcq: {
    hopper: [637, 2439, 2031, 2884, 3607],
    halfcheetah: [3981, 4864, 5259, 6095, 7182],
    walker2d: [1210, 1269, 1783, 2459, 2002],
  },
  bear: {
    hopper: [595, 889, 1615, 1369, 2511],
    halfcheetah: [2602, 4147, 4253, 4258, 5358],
    walker2d: [88, 940, 1397, 1594, 2714],
  },
  cql: {
    hopper: [110, 777, 1916, 3221, 3398],
    halfcheetah: [-188, -283, -234, 471, 839],
    walker2d: [57, 247, 289, 533, 2511],
  },
  plas: {
    hopper: [632, 1272, 2209, 2991, 3058],
    halfcheetah: [2864, 4150, 4223, 4466, 7043],
    walker2d: [270, 373, 454, 971, 718],
  },
}

/** The published point nearest to so many updates; null where there is none within a factor of 2.5. */
export function publishedReturn(
  algorithm: string,
  task: TaskId,
  steps: number,
): { steps: number; return: number } | null {
  const curve = curves[algorithm]?.[task]
  const distances = publishedSteps.map((point) => Math.abs(Math.log(point / steps)))
  const nearest = distances.indexOf(Math.min(...distances))
  if (!curve || distances[nearest]! > Math.log(2.5)) return null
  return { steps: publishedSteps[nearest]!, return: curve[nearest]! }
}
