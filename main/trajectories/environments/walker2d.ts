/** Walker2d: two legs, six joints. Gymnasium's Walker2d-v4 (MIT), D4RL's reference returns. */
import { layout, type Task } from './task.ts'

const joints = ['thigh', 'leg', 'foot', 'left thigh', 'left leg', 'left foot']

export const walker2d: Task = {
  id: 'walker2d',
  title: 'Walker2d',
  frameSkip: 4,
  dt: 0.008,
  initialPosition: [0, 1.25, 0, 0, 0, 0, 0, 0, 0],
  velocityLimit: 10,
  observation: layout(joints),
  actions: joints.map((name) => ({ name, gear: 100 })),
  controlCost: 1e-3,
  healthyReward: 1,
  healthy: { height: [0.8, 2.0], angle: [-1.0, 1.0], state: Infinity },
  noise: { position: 5e-3, velocity: 5e-3, normal: false },
  episodeSteps: 1000,
  score: { min: 1.629008, max: 4592.3 },
  v5Model: (xml) => xml.replace('size="0.06 0.1" friction="0.9"', 'size="0.06 0.1" friction="1.9"'),
}
