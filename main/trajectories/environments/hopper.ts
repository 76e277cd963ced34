/** Hopper: one leg, three joints. Gymnasium's Hopper-v4 (MIT), D4RL's reference returns. */
import { layout, type Task } from './task.ts'

const joints = ['thigh', 'leg', 'foot']

export const hopper: Task = {
  id: 'hopper',
  title: 'Hopper',
  frameSkip: 4,
  dt: 0.008,
  initialPosition: [0, 1.25, 0, 0, 0, 0],
  velocityLimit: 10,
  observation: layout(joints),
  actions: joints.map((name) => ({ name, gear: 200 })),
  controlCost: 1e-3,
  healthyReward: 1,
  healthy: { height: [0.7, Infinity], angle: [-0.2, 0.2], state: 100 },
  noise: { position: 5e-3, velocity: 5e-3, normal: false },
  episodeSteps: 1000,
  score: { min: -20.272305, max: 3234.3 },
}
