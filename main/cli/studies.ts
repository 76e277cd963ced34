/** Studies in the terminal: what they lack is made one run after the other, to be stopped and asked again. */
import { toErrorRecord, type ErrorCode, type ErrorRecord } from '../contract/errors.ts'
import type { Lab } from '../lab.ts'
import { poison, type UnlearningCell, type UnlearningStudyOptions } from '../lab/studies/unlearning.ts'
import { studyDefaults, type PassedOver, type StudyOptions, type StudyStep } from '../lab/studies/wanted.ts'
import { algorithmOf } from '../trajectories/algorithms/algorithms.ts'
import { taskOf } from '../trajectories/environments/environment.ts'
import { selectorHelp } from '../trajectories/unlearning/forget-set.ts'
import { table } from './bar.ts'
import { usage, type Answer, type Command, type Invocation, type Words } from './command.ts'
import { presetOf, selectorOf } from './forgetting.ts'
import { finish } from './runs.ts'
import { expertShareOf } from './trajectories.ts'

type Scope = Pick<StudyOptions, 'tasks' | 'algorithms'>

/** What every study takes, beside its own. */
export const studyOptions = ({ tasks, algorithms }: Scope) =>
  ({
    preset: { type: 'string', help: 'desk (default), fast, paper or tiny' },
    tasks: { type: 'string', help: `apart by commas (default ${tasks.join(',')})` },
    algorithms: { type: 'string', help: `apart by commas (default ${algorithms.join(',')})` },
    seeds: { type: 'string', help: 'apart by commas (default 1)' },
    episodes: { type: 'string', help: `of each set (default ${studyDefaults.episodes})` },
    'expert-share': { type: 'string', help: `of those episodes, the last ones (default ${studyDefaults.expertShare})` },
    show: { type: 'boolean', help: 'only show what there is' },
  }) as const

export function optionsOf(command: Command, words: Words, scope: Scope): StudyOptions {
  const listOf = (name: string): string[] | undefined => {
    const listed = words.text(name)?.split(',').filter(Boolean)
    return listed && [...new Set(listed)]
  }
  // One that is named twice (1,01) is one all the same: an interval over it would have no width.
  const seeds = [...new Set(listOf('seeds')?.map(Number) ?? studyDefaults.seeds)]
  const episodes = words.number('episodes') ?? studyDefaults.episodes
  if (seeds.length === 0 || !seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0))
    throw usage(command, '--seeds expects whole numbers from 0, apart by commas.')
  if (!(Number.isInteger(episodes) && episodes >= 4 && episodes <= 100_000))
    throw usage(command, '--episodes expects a whole number from 4 to 100000.')
  return {
    ...{ seeds, episodes, expertShare: expertShareOf(command, words), preset: presetOf(command, words) },
    tasks: (listOf('tasks') ?? scope.tasks).map((id) => taskOf(id).id),
    algorithms: (listOf('algorithms') ?? scope.algorithms).map((id) => algorithmOf(id).id),
  }
}

/** Runs that could not be made, and why; without a run where the plan was refused. */
export interface Failure {
  readonly what: string
  readonly run: string | null
  readonly error: ErrorRecord
}

/** The others of a study are made all the same: this one was refused for what it is about, or somebody else works on it. */
const passable: readonly ErrorCode[] = [
  ...(['config-invalid', 'run-locked', 'run-state', 'out-of-memory'] as const),
  ...(['dataset-missing', 'dataset-corrupt'] as const),
]

/** Makes what is missing, one run after the other. */
export async function makeMissing(
  lab: Lab,
  { signal, say }: Pick<Invocation, 'signal' | 'say'>,
  next: (passedOver: PassedOver) => Promise<StudyStep | null>,
): Promise<Failure[]> {
  const failures: Failure[] = []
  for (;;) {
    const step = await next(new Set(failures.map(({ run, what }) => run ?? what)))
    if (!step) return failures
    let { run } = step
    try {
      run ??= (await step.make()).run
      say(`${step.words}: run ${run}`)
      await finish(lab, run, signal)
    } catch (thrown) {
      const error = toErrorRecord(thrown)
      if (!passable.includes(error.code)) throw thrown
      failures.push({ what: step.words, run, error })
      say(`${error.message} The study goes on without it.`)
    }
  }
}

/** With what could not be made: then the exit code says so, though there is a document. */
export function studyAnswer(document: object, text: string, failures: readonly Failure[]): Answer {
  const [first] = failures
  if (!first) return { document, text }
  const lines = failures.map(
    ({ what, run, error }) => `Not made: ${what}${run === null ? '' : `, run ${run}`}. ${error.message} ${error.hint}`,
  )
  return { document: { ...document, error: first.error, failures }, text: [text, '', ...lines].join('\n'), ok: false }
}

const shown = (value: number | null | undefined, digits = 0): string =>
  value === null || value === undefined ? 'missing' : value.toFixed(digits)

const returns: Command = {
  name: 'trajectories study table',
  summary: 'The table of returns of all algorithms on all tasks; can be stopped and asked again',
  positionals: '',
  options: studyOptions(studyDefaults),
  example: 'trajectories study table --algorithms bc,td3-bc --tasks hopper',
  async run({ words, lab, signal, say }) {
    const options = optionsOf(this, words, studyDefaults)
    const opened = await lab()
    const next = async (passedOver: PassedOver): Promise<StudyStep | null> => {
      const step = await opened.nextReturn(options, passedOver)
      if (step) await opened.ensureStudySet(step.task, options, signal)
      return step
    }
    const failures = words.flag('show') ? [] : await makeMissing(opened, { signal, say }, next)
    const cells = await opened.returnsTable(options)
    const rows = cells.map((cell) => [
      ...[cell.task, cell.algorithm, `seed ${cell.seed}`, `${cell.steps} updates`, shown(cell.return)],
      cell.normalisedScore === null ? '' : `score ${cell.normalisedScore.toFixed(1)}`,
      cell.published ? `published ${cell.published.return} at ${cell.published.steps}` : '',
    ])
    return studyAnswer({ table: cells }, table(rows), failures)
  },
}

function rowOf(cell: UnlearningCell): string[] {
  const { task, algorithm, seed, setting, value, updates, state, values } = cell
  return [
    ...[task, algorithm, `seed ${seed}`, `${setting} ${value}`.trim(), `${shown(updates)} updates`],
    state === 'done' ? `return ${shown(cell.return)}` : state === 'begun' ? 'begun' : 'missing',
    cell.normalisedScore === null ? '' : `score ${cell.normalisedScore.toFixed(1)}`,
    values ? `values forgotten ${shown(values['forgotten'], 1)}, remaining ${shown(values['remaining'], 1)}` : '',
  ]
}

const small: Scope = { tasks: ['hopper'], algorithms: ['td3-bc'] }

const unlearning = (
  name: UnlearningStudyOptions['study'],
  about: Omit<Command, 'name' | 'positionals' | 'run'>,
): Command => ({
  ...about,
  name: `trajectories study ${name}`,
  positionals: '',
  async run({ words, lab, signal, say }) {
    const forget = await selectorOf(words.text('forget') ?? defaultForget)
    const chosen = { ...optionsOf(this, words, small), study: name, forget }
    const opened = await lab()
    const next = (passedOver: PassedOver) => opened.nextOfStudy(chosen, passedOver)
    let failures: readonly Failure[] = []
    if (!words.flag('show')) {
      await opened.ensureUnlearningSets(chosen, signal)
      failures = await makeMissing(opened, { signal, say }, next)
    }
    const cells = await opened.unlearningTable(chosen)
    const facts = name === 'poison' ? { poison } : { forget }
    return studyAnswer({ study: name, ...facts, table: cells }, table(cells.map(rowOf)), failures)
  },
})

/** The published rate. */
export const defaultForget = 'tail:0.01'
export const forgetOption = { type: 'string', help: `${selectorHelp} (default ${defaultForget})` } as const

export const studyCommands: readonly Command[] = [
  returns,
  unlearning('poison', {
    summary:
      'Does unlearning take a poison out? Agents of a poisoned set, unlearnt, fine-tuned, and trained on the clean set; can be stopped and asked again',
    options: studyOptions(small),
    example: 'trajectories study poison --tasks hopper --algorithms td3-bc',
  }),
  unlearning('ablation', {
    summary: 'What each setting of unlearning does, one changed at a time; can be stopped and asked again',
    options: { ...studyOptions(small), forget: forgetOption },
    example: 'trajectories study ablation --tasks hopper --algorithms td3-bc',
  }),
]
