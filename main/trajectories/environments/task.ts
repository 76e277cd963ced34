/** What a task is, as data: the three locomotion tasks differ in nothing else. */

export type TaskId = 'hopper' | 'halfcheetah' | 'walker2d'

/**
 * `v4`: Gymnasium's version 4, the semantics D4RL was made with. `v5`: the bonus for being healthy only where the step ends healthy,
 * and Walker2d's feet of equal friction. `d4rl`: v4 with the body masses of the engine that D4RL's data came from (masses.ts).
 */
export const variants = ['v4', 'v5', 'd4rl'] as const
export type Variant = (typeof variants)[number]

export interface ObservationField {
  readonly name: string
  readonly unit: 'm' | 'rad' | 'm/s' | 'rad/s'
}

export interface ActionField {
  readonly name: string
  /** Torque at an action of 1, in newton metres. */
  readonly gear: number
}

export interface Task {
  readonly id: TaskId
  readonly title: string
  readonly frameSkip: number
  /** Seconds of one environment step: frameSkip · the model's timestep. */
  readonly dt: number
  readonly initialPosition: readonly number[]
  /** The observation is qpos without its first entry, then qvel cut to ± this. */
  readonly velocityLimit: number
  readonly observation: readonly ObservationField[]
  readonly actions: readonly ActionField[]
  /** Reward = dx/dt + healthyReward − controlCost·‖a‖². */
  readonly controlCost: number
  readonly healthyReward: number
  /** Strict bounds on qpos[1], qpos[2], and on the magnitude of all of qpos[2…] and qvel; null where an episode never ends early. */
  readonly healthy: {
    readonly height: readonly [number, number]
    readonly angle: readonly [number, number]
    readonly state: number
  } | null
  /** Noise of a reset: qpos uniform in ± position; qvel uniform in ± velocity, or normal with that deviation. */
  readonly noise: { readonly position: number; readonly velocity: number; readonly normal: boolean }
  /** An episode is cut (a timeout, no terminal) after so many steps. */
  readonly episodeSteps: number
  /** Returns that count as 0 and 100 on D4RL's scale. */
  readonly score: { readonly min: number; readonly max: number }
  /** Where the model asks for one, in kilograms. */
  readonly totalMass?: number
  /** What v5 changes in the model file. */
  readonly v5Model?: (xml: string) => string
}

const angle = (name: string): ObservationField => ({ name, unit: 'rad' })
const spin = (name: string): ObservationField => ({ name: `${name} velocity`, unit: 'rad/s' })

/** Height and pitch of the torso, joint angles; then velocities of the root and the joints. */
export function layout(joints: readonly string[]): ObservationField[] {
  return [
    { name: 'torso height', unit: 'm' },
    angle('torso angle'),
    ...joints.map((joint) => angle(`${joint} angle`)),
    { name: 'torso x velocity', unit: 'm/s' },
    { name: 'torso z velocity', unit: 'm/s' },
    spin('torso angle'),
    ...joints.map((joint) => spin(`${joint} angle`)),
  ]
}

/** 100·(R − min)/(max − min): 0 is a random policy, 100 D4RL's expert. */
export const normalisedScore = ({ score }: Pick<Task, 'score'>, episodeReturn: number): number =>
  (100 * (episodeReturn - score.min)) / (score.max - score.min)
