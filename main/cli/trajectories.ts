import { z } from 'zod'
import { LetheError } from '../contract/errors.ts'
import { parseWith, readJson } from '../files/atomic.ts'
import { collectors, defaultNoise, evenShare } from '../trajectories/data/collect.ts'
import { makeEnvironment, taskOf, tasks } from '../trajectories/environments/environment.ts'
import { shippedPolicies } from '../trajectories/environments/policies.ts'
import { networkPolicy, policySchema } from '../trajectories/environments/policy.ts'
import { checkPolicy, record, type Act } from '../trajectories/environments/rollout.ts'
import { normalisedScore, variants, type Task } from '../trajectories/environments/task.ts'
import { table } from './bar.ts'
import { usage, type Command, type Words } from './command.ts'
import { trajectoryText } from './data.ts'

/** A task as the document shows it: every number a number, what is unbounded a word. */
const describe = async (task: Task) => ({
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
  policies: await shippedPolicies(task.id),
})
const bounded = (value: number): number | string => (value === Infinity ? 'inf' : value)

const environmentsCommand: Command = {
  name: 'trajectories environments',
  summary: 'The simulated tasks: what is observed, what can be done, how it is rewarded',
  positionals: '',
  options: {},
  example: 'trajectories environments --json',
  async run() {
    const rows = tasks.map((task) => [
      task.id,
      `${task.observation.length} observations`,
      `${task.actions.length} actions`,
      `${task.dt} s a step`,
      task.healthy ? 'ends when it falls' : 'never ends early',
    ])
    return { document: { environments: await Promise.all(tasks.map(describe)) }, text: table(rows) }
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
    const layers = policyFile ? await readJson(policyFile, policySchema) : null
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

/** Errors: `usage`. */
export function expertShareOf(command: Command, words: Words): number {
  const share = words.number('expert-share') ?? evenShare
  if (!(share > 0 && share < 1)) throw usage(command, '--expert-share expects a number above 0 and below 1.')
  return share
}

const collectCommand: Command = {
  name: 'trajectories collect',
  summary: 'Make a data set by letting a policy that ships play; the same seed gives the same set',
  positionals: 'ENV',
  options: {
    policy: { type: 'string', help: `${collectors.join(', ')}` },
    episodes: { type: 'string', help: 'how many' },
    'expert-share': { type: 'string', help: `of the episodes of medium-expert, the last ones (default ${evenShare})` },
    seed: { type: 'string', help: 'root of all randomness (default 1)' },
    noise: { type: 'string', help: `standard deviation of the noise on actions (default ${defaultNoise})` },
    variant: { type: 'string', help: 'v4 (default), v5 or d4rl' },
    name: { type: 'string', help: 'the name of the data set (default: environment and policy)' },
  },
  example: 'trajectories collect hopper --policy medium-expert --episodes 200',
  async run({ words, lab, signal, say }) {
    const task = taskOf(words.first)
    const policy = parseWith(z.enum(collectors), words.required('policy'), '--policy', 'usage')
    const episodes = words.number('episodes')
    const noise = words.number('noise') ?? defaultNoise
    if (episodes === undefined) throw usage(this, '--episodes is missing.')
    if (!(Number.isInteger(episodes) && episodes > 0 && episodes <= mostEpisodes))
      throw usage(this, `--episodes expects a whole number from 1 to ${mostEpisodes}.`)
    if (!(noise >= 0 && noise <= 1)) throw usage(this, '--noise expects a number from 0 to 1.')
    const opened = await lab()
    let shown = 0
    const dataset = await opened.collectTrajectories({
      task: task.id,
      policy,
      expertShare: expertShareOf(this, words),
      episodes,
      seed: words.seed() ?? 1,
      noise,
      variant: parseWith(z.enum(variants), words.text('variant') ?? 'v4', '--variant', 'usage'),
      name: words.text('name') ?? `${task.title} ${policy}`,
      signal,
      onProgress: (done, total) => {
        const percent = Math.floor((100 * done) / total)
        if (percent >= shown + 10) say(`Collecting ${(shown = percent)} %`)
      },
    })
    const score = normalisedScore(task, dataset.returns.mean)
    return {
      document: { dataset, normalisedScore: score },
      text: `${trajectoryText(dataset)}\nscore       ${score.toFixed(1)}`,
    }
  },
}

const mostEpisodes = 100_000
const mostSteps = 1_000_000

async function readActions(file: string, task: Task): Promise<number[][]> {
  const actions = await readJson(file, z.array(z.array(z.number())).min(1).max(mostSteps))
  const odd = actions.findIndex((action) => action.length !== task.actions.length)
  if (odd >= 0)
    throw new LetheError(
      'config-invalid',
      `${file}: step ${odd} has ${actions[odd]!.length} actions; ${task.id} takes ${task.actions.length}.`,
      'Give one number for each motor; see `lethe trajectories environments`.',
    )
  return actions
}

export const trajectoriesCommands: readonly Command[] = [environmentsCommand, rolloutCommand, collectCommand]
