/** Studies of unlearning in the terminal: trained and unlearnt one run after the other, to be stopped and asked again. */
import { studyDefaults } from '../lab/returns-study.ts'
import { poison, type UnlearningCell, type UnlearningStudyOptions } from '../lab/unlearning-studies.ts'
import { algorithmOf } from '../trajectories/algorithms/algorithms.ts'
import { taskOf } from '../trajectories/environments/environment.ts'
import { selectorHelp } from '../trajectories/unlearning/forget-set.ts'
import { table } from './bar.ts'
import { usage, type Command, type Words } from './command.ts'
import { presetOf, selectorOf } from './forgetting.ts'
import { finish } from './runs.ts'

const options = {
  preset: { type: 'string', help: 'desk (default), fast, paper or tiny' },
  tasks: { type: 'string', help: 'apart by commas (default hopper)' },
  algorithms: { type: 'string', help: 'apart by commas (default td3-bc)' },
  seeds: { type: 'string', help: 'apart by commas (default 1)' },
  episodes: { type: 'string', help: `of each set (default ${studyDefaults.episodes})` },
  show: { type: 'boolean', help: 'only show what there is' },
} as const

async function optionsOf(
  command: Command,
  study: UnlearningStudyOptions['study'],
  words: Words,
): Promise<UnlearningStudyOptions> {
  const listOf = (name: string): string[] | undefined => words.text(name)?.split(',').filter(Boolean)
  const seeds = listOf('seeds')?.map(Number) ?? [1]
  const episodes = words.number('episodes') ?? studyDefaults.episodes
  if (!seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0))
    throw usage(command, '--seeds expects whole numbers from 0, apart by commas.')
  if (!(Number.isInteger(episodes) && episodes >= 4 && episodes <= 100_000))
    throw usage(command, '--episodes expects a whole number from 4 to 100000.')
  return {
    ...{ study, seeds, episodes, preset: presetOf(command, words) },
    tasks: (listOf('tasks') ?? ['hopper']).map((id) => taskOf(id).id),
    algorithms: (listOf('algorithms') ?? ['td3-bc']).map((id) => algorithmOf(id).id),
    forget: await selectorOf(words.text('forget') ?? 'tail:0.01'),
  }
}

const shown = (value: number | null | undefined, digits = 0): string =>
  value === null || value === undefined ? 'missing' : value.toFixed(digits)

function rowOf(cell: UnlearningCell): string[] {
  const { task, algorithm, seed, setting, value, updates, state, values } = cell
  return [
    ...[task, algorithm, `seed ${seed}`, `${setting} ${value}`.trim(), `${shown(updates)} updates`],
    state === 'done' ? `return ${shown(cell.return)}` : state === 'begun' ? 'begun' : 'missing',
    cell.normalisedScore === null ? '' : `score ${cell.normalisedScore.toFixed(1)}`,
    values ? `values forgotten ${shown(values['forgotten'], 1)}, remaining ${shown(values['remaining'], 1)}` : '',
  ]
}

const study = (
  name: UnlearningStudyOptions['study'],
  about: Omit<Command, 'name' | 'positionals' | 'run'>,
): Command => ({
  ...about,
  name: `trajectories study ${name}`,
  positionals: '',
  async run({ words, lab, signal, say }) {
    const chosen = await optionsOf(this, name, words)
    const opened = await lab()
    if (!words.flag('show')) {
      await opened.ensureUnlearningSets(chosen, signal)
      for (;;) {
        const step = await opened.nextOfStudy(chosen)
        if (!step) break
        const run = step.run ?? (await step.make()).run
        say(`${step.words}: run ${run}`)
        await finish(opened, run, signal)
      }
    }
    const cells = await opened.unlearningTable(chosen)
    const facts = name === 'poison' ? { poison } : { forget: chosen.forget }
    return { document: { study: name, ...facts, table: cells }, text: table(cells.map(rowOf)) }
  },
})

export const studyCommands: readonly Command[] = [
  study('poison', {
    summary:
      'Does unlearning take a poison out? Agents of a poisoned set, unlearnt, fine-tuned, and trained on the clean set; can be stopped and asked again',
    options,
    example: 'trajectories study poison --tasks hopper --algorithms td3-bc',
  }),
  study('ablation', {
    summary: 'What each setting of unlearning does, one changed at a time; can be stopped and asked again',
    options: { ...options, forget: { type: 'string', help: `${selectorHelp} (default tail:0.01)` } },
    example: 'trajectories study ablation --tasks hopper --algorithms td3-bc',
  }),
]
