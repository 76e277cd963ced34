/** How a command of the terminal is declared, and how its words are read. */
import { parseArgs } from 'node:util'
import { LetheError } from '../contract/errors.ts'
import { defaultProject } from '../project.ts'
import { openLab, type Lab } from '../lab.ts'

export interface Option {
  readonly type: 'string' | 'boolean'
  readonly help: string
  readonly multiple?: boolean
}

export interface Words {
  readonly positionals: readonly string[]
  /** The first positional; empty for a command that takes none. */
  readonly first: string
  text(name: string): string | undefined
  required(name: string): string
  flag(name: string): boolean
  /** A finite number. Errors: `usage` naming the option. */
  number(name: string): number | undefined
  /** `--seed`. Errors: `usage` for what is no whole number from 0. */
  seed(): number | undefined
  list(name: string): readonly string[]
}

export interface Invocation {
  readonly words: Words
  readonly json: boolean
  readonly signal: AbortSignal
  readonly lab: () => Promise<Lab>
  /** For people, on standard error. */
  say(line: string): void
}

/** What a command answers: the JSON document, and the same for people. `ok: false` exits with 1 though there is a document. */
export interface Answer {
  readonly document: unknown
  readonly text: string
  readonly ok?: boolean
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** The words it takes, all needed: `ID`; with ` …` the last may be repeated. */
  readonly positionals: string
  readonly options: Readonly<Record<string, Option>>
  readonly example: string
  run(invocation: Invocation): Promise<Answer>
}

const common: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', help: 'one JSON document on standard output' },
  project: { type: 'string', help: 'the project folder (default: $LETHE_PROJECT, or lethe in your documents)' },
  help: { type: 'boolean', help: 'this text' },
}

export function readWords(command: Command, args: readonly string[]): Words {
  const options: Record<string, Option> = { ...common, ...command.options }
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({
      args: withNegatives(args, options),
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, multiple }]) => [name, { type, multiple: multiple ?? false }]),
      ),
    })
  } catch (error) {
    const [message = ''] = (error as Error).message.split(/\n|\. To specify/)
    const [, dashed] = /^Option '(--[\w-]+)' argument is ambiguous/.exec(message) ?? []
    if (dashed)
      throw usage(command, `${dashed} expects a value; one that begins with a dash is given as ${dashed}=VALUE.`)
    throw usage(command, `${message.replace(/\.$/, '')}.`)
  }
  const [wanted, repeated] = [
    command.positionals.split(' ').filter((word) => word !== '' && word !== '…'),
    command.positionals.endsWith('…'),
  ]
  const missing = wanted[parsed.positionals.length]
  if (missing) throw usage(command, `${missing} is missing.`)
  if (parsed.positionals.length > wanted.length && !repeated)
    throw usage(command, `Unexpected word ${JSON.stringify(parsed.positionals[wanted.length])}.`)
  const value = (name: string) => parsed.values[name]
  const text = (name: string): string | undefined =>
    typeof value(name) === 'string' ? (value(name) as string) : undefined
  const number = (name: string): number | undefined => {
    const found = text(name)
    if (found === undefined) return undefined
    const given = Number(found)
    if (found.trim() === '' || !Number.isFinite(given))
      throw usage(command, `--${name} expects a number, found ${JSON.stringify(found)}.`)
    return given
  }
  return {
    positionals: parsed.positionals,
    first: parsed.positionals[0] ?? '',
    text,
    required(name) {
      const found = text(name)
      if (found === undefined) throw usage(command, `--${name} is missing.`)
      return found
    },
    flag: (name) => value(name) === true,
    number,
    seed() {
      const seed = number('seed')
      if (seed === undefined || (Number.isSafeInteger(seed) && seed >= 0)) return seed
      throw usage(command, `--seed expects a whole number from 0 to 2^53 − 1, found ${text('seed')}.`)
    },
    list: (name) => (Array.isArray(value(name)) ? (value(name) as string[]) : []),
  }
}

/** A number below zero is the value of the option before it, which `parseArgs` takes for another option. */
function withNegatives(args: readonly string[], options: Readonly<Record<string, Option>>): string[] {
  const whole: string[] = []
  for (const arg of args) {
    const before = whole.at(-1) ?? ''
    const takes = before.startsWith('--') && options[before.slice(2)]?.type === 'string'
    if (takes && /^-\.?\d/.test(arg)) whole[whole.length - 1] = `${before}=${arg}`
    else whole.push(arg)
  }
  return whole
}

export const usage = (command: Command, message: string): LetheError =>
  new LetheError('usage', message, `lethe ${command.name} --help shows how it is used.`)

/** `--set key=value`: the value as JSON where it is JSON, else as text. */
export function settings(command: Command, words: Words): Record<string, unknown> {
  return Object.fromEntries(
    words.list('set').map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw usage(command, `--set expects key=value, found ${JSON.stringify(pair)}.`)
      const text = pair.slice(at + 1)
      try {
        return [pair.slice(0, at), JSON.parse(text) as unknown]
      } catch {
        return [pair.slice(0, at), text]
      }
    }),
  )
}

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...common }).map(([name, option]) => {
    const left = `  --${name}${option.type === 'string' ? ` ${name.toUpperCase()}` : ''}`
    return `${left.padEnd(30)} ${option.help}`
  })
  return [
    `lethe ${[command.name, command.positionals].filter(Boolean).join(' ')}`,
    '',
    command.summary,
    '',
    ...rows,
    '',
    'Example',
    `  lethe ${command.example}`,
    '',
  ].join('\n')
}

/** Opens the project once, when a command needs it. */
export function labOpener(words: Words): () => Promise<Lab> {
  let lab: Promise<Lab> | undefined
  return () => (lab ??= openLab({ project: words.text('project') ?? defaultProject() }))
}
