import { promises as fs } from 'node:fs'
import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import { parseWith } from '../files/atomic.ts'
import { makeEnvironment, taskOf, tasks } from '../trajectories/environments/environment.ts'
import { networkPolicy, policySchema } from '../trajectories/environments/policy.ts'
import { checkPolicy, record, type Act } from '../trajectories/environments/rollout.ts'
import { variants, type Task } from '../trajectories/environments/task.ts'
import { table } from './bar.ts'
import { usage, type Command } from './command.ts'

/** A task as the document shows it: every number a number, what is unbounded a word. */
const describe = (task: Task) => ({
  id: task.id,
  title: task.title,
  variants,
  frameSkip: task.frameSkip,
  dt: task.dt,
  episodeSteps: task.episodeSteps,
  observation: task.observation.map((field, index) => ({ index, ...field })),
  action: task.actions.map((field, index) => ({ index, ...field, low: -1, high: 1 })),
  velocityLimit: bounded(task.velocityLimit),
  reward: { forward: 1, healthy: task.healthyReward, control: -task.controlCost },
  healthy: task.healthy && {
    height: task.healthy.height.map(bounded),
    angle: task.healthy.angle.map(bounded),
    state: bounded(task.healthy.state),
  },
  reset: task.noise,
  score: task.score,
})
const bounded = (value: number): number | string => (value === Infinity ? 'inf' : value)

const environmentsCommand: Command = {
  name: 'trajectories environments',
  summary: 'The simulated tasks: what is observed, what can be done, how it is rewarded',
  positionals: '',
  options: {},
  example: 'trajectories environments --json',
  run() {
    const rows = tasks.map((task) => [
      task.id,
      `${task.observation.length} observations`,
      `${task.actions.length} actions`,
      `${task.dt} s a step`,
      task.healthy ? 'ends when it falls' : 'never ends early',
    ])
    return Promise.resolve({ document: { environments: tasks.map(describe) }, text: table(rows) })
  },
}

const rolloutCommand: Command = {
  name: 'trajectories rollout',
  summary: 'Step an environment from its exact start, on beyond any fall, and print what it observes',
  positionals: 'ENV',
  options: {
    actions: { type: 'string', help: 'JSON: a list with one list of actions for each step' },
    policy: {
      type: 'string',
      help: 'JSON: layers {"weights":[out][in],"bias":[out]}, tanh after each; it decides every action',
    },
    steps: { type: 'string', help: 'how many steps (default: as many as there are actions, or 1000)' },
    variant: { type: 'string', help: 'v4 (default), v5 or d4rl' },
  },
  example: 'trajectories rollout hopper --actions actions.json --json',
  async run({ words }) {
    const task = taskOf(words.first)
    const variant = parseWith(z.enum(variants), words.text('variant') ?? 'v4', '--variant', 'usage')
    const [actionsFile, policyFile, steps] = [words.text('actions'), words.text('policy'), words.number('steps')]
    if (!actionsFile && !policyFile) throw usage(this, '--actions is missing.')
    if (steps !== undefined && !(Number.isInteger(steps) && steps > 0 && steps <= mostSteps))
      throw usage(this, `--steps expects a whole number from 1 to ${mostSteps}.`)
    const actions = actionsFile ? await readActions(actionsFile, task) : null
    const layers = policyFile ? await readJsonFile(policyFile, policySchema) : null
    if (!layers && steps !== undefined && steps > actions!.length)
      throw new LetheError(
        'config-invalid',
        `${actionsFile} holds ${actions!.length} actions, fewer than the ${steps} steps asked for.`,
        'Give more actions, or ask for fewer steps.',
      )
    const environment = await makeEnvironment(task.id, { variant, alwaysHealthyReward: true })
    try {
      const policy = layers && checkPolicy(environment, networkPolicy(layers))
      const act: Act = policy ? (observation) => policy.act(observation) : (_, step) => actions![step]!
      const document = record(environment, act, steps ?? actions?.length ?? task.episodeSteps)
      const total = document.rewards.reduce((sum, reward) => sum + reward, 0)
      const fell = document.terminated.indexOf(true)
      return {
        document,
        text: `${document.rewards.length} steps, return ${total.toFixed(6)}${fell < 0 ? '' : `, unhealthy first after step ${fell + 1}`}`,
      }
    } finally {
      environment.close()
    }
  },
}

const mostSteps = 1_000_000

async function readActions(file: string, task: Task): Promise<number[][]> {
  const actions = await readJsonFile(file, z.array(z.array(z.number())).min(1).max(mostSteps))
  const odd = actions.findIndex((action) => action.length !== task.actions.length)
  if (odd >= 0)
    throw new LetheError(
      'config-invalid',
      `${file}: step ${odd} has ${actions[odd]!.length} actions; ${task.id} takes ${task.actions.length}.`,
      'Give one number for each motor; see `lethe trajectories environments`.',
    )
  return actions
}

async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await fs.readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new LetheError('file-missing', `${file} does not exist.`, 'Check the path.')
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new LetheError('file-malformed', `${file} is not JSON: ${(error as Error).message}.`, 'Check the file.')
  }
  return parseWith(schema, value, file)
}

export const trajectoriesCommands: readonly Command[] = [environmentsCommand, rolloutCommand]
