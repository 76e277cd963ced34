/** Training agents, making them forget, and playing them. */
import { parseEpisodeIds } from '../contract/episode-ids.ts'
import { readText } from '../files/atomic.ts'
import { trainPresets, type TrainPreset } from '../trajectories/train.ts'
import { algorithmOf, algorithms } from '../trajectories/algorithms/algorithms.ts'
import { selectorHelp } from '../trajectories/unlearning/forget-set.ts'
import { unlearnMethods, unlearnModes } from '../trajectories/unlearning/unlearn.ts'
import { settings, usage, type Command, type Words } from './command.ts'
import { outcomeText } from './estimate-text.ts'
import { oneOf, runCommand, runOptions } from './run-command.ts'

export const presetOf = (command: Command, words: Words): TrainPreset =>
  oneOf(command, words, 'preset', ['desk', ...trainPresets.filter((preset) => preset !== 'desk')])

const train = runCommand({
  name: 'trajectories train',
  summary: 'Train an agent from a set of trajectories, and measure its returns on the way',
  positionals: '',
  options: {
    algorithm: { type: 'string', help: algorithms.map(({ id }) => id).join(', ') },
    data: { type: 'string', help: 'the set of trajectories' },
    preset: { type: 'string', help: 'desk (default), fast (fewer sampled actions), paper or tiny' },
    ...runOptions,
  },
  example: 'trajectories train --algorithm td3-bc --data hopper-medium-expert --set steps=20000',
  request: (command, words) => ({
    algorithm: algorithmOf(words.required('algorithm')).id,
    data: words.required('data'),
    seed: words.seed(),
    preset: presetOf(command, words),
    set: settings(command, words),
  }),
  plan: (lab, request) => lab.planTraining(request),
  create: (lab, request, device) => lab.createTraining(request, device),
  text: outcomeText,
})

const unlearn = runCommand({
  name: 'trajectories unlearn',
  summary: 'Make an agent forget episodes it was trained on, and compare it with what it was',
  positionals: '',
  options: {
    agent: { type: 'string', help: 'the run that trained it' },
    forget: { type: 'string', help: selectorHelp },
    method: { type: 'string', help: `${unlearnMethods.join(', ')} (default ${unlearnMethods[0]})` },
    mode: { type: 'string', help: `${unlearnModes.join(', ')}: what an update on forgotten episodes is` },
    preset: { type: 'string', help: 'desk (default: 1 % of the updates of the training), paper or tiny' },
    ...runOptions,
  },
  example: 'trajectories unlearn --agent RUN --forget tail:0.01 --method trajdeleter',
  async request(command, words) {
    const mode = words.text('mode')
    return {
      agent: words.required('agent'),
      forget: await selectorOf(words.required('forget')),
      method: words.text('method') ?? unlearnMethods[0],
      preset: oneOf(command, words, 'preset', ['desk', 'paper', 'tiny']),
      seed: words.seed(),
      set: { ...settings(command, words), ...(mode === undefined ? {} : { mode }) },
    }
  },
  plan: (lab, request) => lab.planUnlearning(request),
  create: (lab, request, device) => lab.createUnlearning(request, device),
  text: outcomeText,
})

/**
 * `csv:FILE` names a file of ids. Errors: `file-malformed` for what may name other episodes than were meant, `file-missing`,
 * `file-unreadable`.
 */
export async function selectorOf(words: string): Promise<string> {
  if (!words.startsWith('csv:')) return words
  const file = words.slice('csv:'.length)
  const text = await readText(
    file,
    'a file with the number of one episode on each line',
    'Check the path after csv:, or name the episodes themselves, like ids:3,17.',
  )
  return `ids:${parseEpisodeIds(text, file).join(',')}`
}

const evaluate: Command = {
  name: 'trajectories evaluate',
  summary: 'Play a trained agent in its environment',
  positionals: '',
  options: {
    agent: { type: 'string', help: 'the run that trained or unlearned it' },
    episodes: { type: 'string', help: 'how many episodes (default 10)' },
    seed: { type: 'string', help: 'of starts and of random policies (default 1)' },
  },
  example: 'trajectories evaluate --agent RUN --episodes 20 --json',
  async run({ words, lab, signal }) {
    const episodes = words.number('episodes') ?? 10
    if (!(Number.isInteger(episodes) && episodes > 0 && episodes <= mostEpisodes))
      throw usage(this, `--episodes expects a whole number from 1 to ${mostEpisodes}.`)
    const document = await (
      await lab()
    ).evaluateAgent(words.required('agent'), {
      episodes,
      seed: words.seed() ?? 1,
      signal,
    })
    const { mean, deviation, normalisedScore } = document
    return {
      document,
      text: `return ${mean.toFixed(1)} ± ${deviation.toFixed(1)} over ${episodes} episodes, score ${normalisedScore.toFixed(1)}`,
    }
  },
}
const mostEpisodes = 100_000

export const forgettingCommands: readonly Command[] = [train, unlearn, evaluate]
