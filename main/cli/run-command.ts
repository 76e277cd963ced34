/** Commands that make a run: what all of them take, and what they do with it. */
import { LetheError } from '../contract/errors.ts'
import type { Outcome } from '../contract/job.ts'
import type { Plan } from '../contract/run.ts'
import type { Lab } from '../lab.ts'
import { usage, type Answer, type Command, type Words } from './command.ts'
import { finish } from './runs.ts'

export const runOptions = {
  seed: { type: 'string', help: 'root of all randomness (default 1)' },
  set: { type: 'string', multiple: true, help: 'key=value, a field of the configuration; may be repeated' },
  device: { type: 'string', help: 'auto (default), cpu or gpu' },
  'plan-only': { type: 'boolean', help: 'say what it would do, and stop' },
  resume: { type: 'string', help: 'go on with this run instead of starting one' },
} as const

/** The value of an option that takes one of a few words; the first where it is not given. Errors: `usage`. */
export function oneOf<Word extends string>(
  command: Command,
  words: Words,
  name: string,
  known: readonly [Word, ...Word[]],
): Word {
  const given = words.text(name) ?? known[0]
  const found = known.find((word) => word === given)
  if (found === undefined) throw usage(command, `--${name} expects ${known.join(', ')}, found ${given}.`)
  return found
}

type Device = 'auto' | 'cpu' | 'gpu'

export const deviceOf = (command: Command, words: Words): Device =>
  oneOf(command, words, 'device', ['auto', 'cpu', 'gpu'])

export interface RunCommand<Request> extends Omit<Command, 'run'> {
  request(command: Command, words: Words, lab: Lab): Request | Promise<Request>
  /** The document of `--plan-only`. */
  plan(lab: Lab, request: Request): Promise<object>
  create(lab: Lab, request: Request, device: Device): Promise<{ readonly run: string; readonly plan: Plan }>
  /** What is said when it begins. */
  began?(run: string, plan: Plan): string
  /** The outcome for people; as JSON where it is not given. */
  text?(outcome: Outcome | null): string
}

export const runCommand = <Request>(about: RunCommand<Request>): Command => ({
  name: about.name,
  summary: about.summary,
  positionals: about.positionals,
  options: about.options,
  example: about.example,
  async run({ words, lab, signal, say }): Promise<Answer> {
    let run = 'resume' in about.options ? words.text('resume') : undefined
    if (run !== undefined) requireAlone(this, words)
    const device = deviceOf(this, words)
    const opened = await lab()
    if (run !== undefined) await requireKind(this, opened, run)
    else {
      const request = await about.request(this, words, opened)
      if (words.flag('plan-only')) {
        const document = await about.plan(opened, request)
        return { document, text: JSON.stringify(document, null, 2) }
      }
      const made = await about.create(opened, request, device)
      run = made.run
      say(about.began?.(run, made.plan) ?? `Run ${run}`)
    }
    const { plan } = await opened.showRun(run)
    const { record, report } = await finish(opened, run, signal)
    const { outcome } = record
    const text = about.text?.(outcome) ?? JSON.stringify(outcome, null, 2)
    return { document: { run, plan, outcome, report }, text: `${text}\n\nReport: ${report}` }
  },
})

/** A run that is gone on with has all its settings already. Errors: `usage`. */
function requireAlone(command: Command, words: Words): void {
  const ignored = Object.keys(command.options).find(
    (name) => name !== 'resume' && (words.text(name) !== undefined || words.flag(name) || words.list(name).length > 0),
  )
  if (ignored !== undefined)
    throw usage(command, `--${ignored} cannot be given beside --resume: the run goes on with the settings it has.`)
}

/** The kind of a run is the name of the command that makes it. Errors: `run-state`, `run-missing`. */
async function requireKind({ name }: Command, lab: Lab, run: string): Promise<void> {
  const { kind } = (await lab.showRun(run)).summary
  if (kind !== name.replace(' ', '.'))
    throw new LetheError(
      'run-state',
      `Run ${run} is of the kind ${kind}; lethe ${name} does not go on with it.`,
      `\`lethe runs resume ${run}\` goes on with runs of any kind.`,
    )
}
