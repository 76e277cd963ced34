/** Training agents, making them forget, and playing them. */
import { promises as fs } from 'node:fs'
import { trainPresets, type TrainPreset } from '../trajectories/train.ts'
import { algorithmOf, algorithms } from '../trajectories/algorithms/algorithms.ts'
import { selectorHelp } from '../trajectories/unlearning/forget-set.ts'
import { unlearnMethods, unlearnModes } from '../trajectories/unlearning/unlearn.ts'
import { settings, usage, type Command, type Words } from './command.ts'
import { finish } from './runs.ts'

/** What every command that makes a run takes. */
export const runOptions = {
  seed: { type: 'string', help: 'root of all randomness (default 1)' },
  set: { type: 'string', multiple: true, help: 'key=value, a field of the configuration; may be repeated' },
  device: { type: 'string', help: 'auto (default), cpu or gpu' },
  'plan-only': { type: 'boolean', help: 'say what it would do, and stop' },
  resume: { type: 'string', help: 'go on with this run instead of starting one' },
} as const

export function deviceOf(command: Command, words: Words): 'auto' | 'cpu' | 'gpu' {
  const device = words.text('device') ?? 'auto'
  if (device === 'auto' || device === 'cpu' || device === 'gpu') return device
  throw usage(command, `--device expects auto, cpu or gpu, found ${device}.`)
}

export function presetOf(command: Command, words: Words): TrainPreset {
  const preset = words.text('preset') ?? 'desk'
  const known = trainPresets.find((one) => one === preset)
  if (!known) throw usage(command, `--preset expects ${trainPresets.join(', ')}, found ${preset}.`)
  return known
}

const train: Command = {
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
  async run({ words, lab, signal, say }) {
    const opened = await lab()
    const resumed = words.text('resume')
    if (resumed) {
      const { plan } = await opened.showRun(resumed)
      const { record, report } = await finish(opened, resumed, signal)
      return { document: { run: resumed, plan, outcome: record.outcome, report }, text: `Report: ${report}` }
    }
    const request = {
      algorithm: algorithmOf(words.required('algorithm')).id,
      data: words.required('data'),
      seed: words.number('seed'),
      preset: presetOf(this, words),
      set: settings(this, words),
    }
    const device = deviceOf(this, words)
    if (words.flag('plan-only')) {
      const { plan, config } = await opened.planTraining(request)
      return { document: { plan, config }, text: JSON.stringify({ plan, config }, null, 2) }
    }
    const { run, plan } = await opened.createTraining(request, device)
    say(`Run ${run}`)
    const { record, report } = await finish(opened, run, signal)
    return {
      document: { run, plan, outcome: record.outcome, report },
      text: `${JSON.stringify(record.outcome, null, 2)}\n\nReport: ${report}`,
    }
  },
}

const unlearn: Command = {
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
  async run({ words, lab, signal, say }) {
    const opened = await lab()
    const resumed = words.text('resume')
    if (resumed) {
      const { plan } = await opened.showRun(resumed)
      const { record, report } = await finish(opened, resumed, signal)
      return { document: { run: resumed, plan, outcome: record.outcome, report }, text: `Report: ${report}` }
    }
    const preset = words.text('preset') ?? 'desk'
    if (preset !== 'desk' && preset !== 'paper' && preset !== 'tiny')
      throw usage(this, `--preset expects desk, paper or tiny, found ${preset}.`)
    const mode = words.text('mode')
    const request = {
      agent: words.required('agent'),
      forget: await selectorOf(words.required('forget')),
      method: words.text('method') ?? unlearnMethods[0],
      preset,
      seed: words.number('seed'),
      set: { ...settings(this, words), ...(mode === undefined ? {} : { mode }) },
    } as const
    const device = deviceOf(this, words)
    if (words.flag('plan-only')) {
      const { plan, config } = await opened.planUnlearning(request)
      return { document: { plan, config }, text: JSON.stringify({ plan, config }, null, 2) }
    }
    const { run, plan } = await opened.createUnlearning(request, device)
    say(`Run ${run}`)
    const { record, report } = await finish(opened, run, signal)
    return {
      document: { run, plan, outcome: record.outcome, report },
      text: `${JSON.stringify(record.outcome, null, 2)}\n\nReport: ${report}`,
    }
  },
}

/** `csv:FILE` names a file of ids, apart by commas, spaces or lines; a first line of words is passed over. */
export async function selectorOf(words: string): Promise<string> {
  if (!words.startsWith('csv:')) return words
  const file = words.slice('csv:'.length)
  const text = await fs.readFile(file, 'utf8')
  return `ids:${text.replace(/^\D*\n/, '').trim()}`
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
      seed: words.number('seed') ?? 1,
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
