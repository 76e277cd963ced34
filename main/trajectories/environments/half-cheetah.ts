/** HalfCheetah: two legs, six joints; it never falls. Gymnasium's HalfCheetah-v4 (MIT), D4RL's reference returns. */
import { layout, type Task } from './task.ts'

const joints = [
  ['back thigh', 120],
  ['back shin', 90],
  ['back foot', 60],
  ['front thigh', 120],
  ['front shin', 60],
  ['front foot', 30],
] as const

export const halfCheetah: Task = {
  id: 'halfcheetah',
  title: 'HalfCheetah',
  frameSkip: 5,
  dt: 0.05,
  initialPosition: [0, 0, 0, 0, 0, 0, 0, 0, 0],
  velocityLimit: Infinity,
  observation: layout(joints.map(([name]) => name)),
  actions: joints.map(([name, gear]) => ({ name, gear })),
  controlCost: 0.1,
  healthyReward: 0,
  healthy: null,
  noise: { position: 0.1, velocity: 0.1, normal: true },
  totalMass: 14,
  episodeSteps: 1000,
  score: { min: -280.178953, max: 12135.0 },
}
