/** The terminal: finds the command, reads its words, prints its one answer. All work is in cli/ and lab.ts. */
import { commands } from './cli/commands.ts'
import { helpOf, labOpener, readWords, type Command } from './cli/command.ts'
import { LetheError, toErrorRecord } from './contract/errors.ts'
import { version } from './version.ts'

function overview(of: readonly Command[] = commands): string {
  const width = Math.max(...of.map((command) => command.name.length)) + 2
  return [
    `Lethe ${version}: an offline lab for data that must not leave the room`,
    '',
    ...of.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'Every command takes --json, --project DIR and --help; lethe COMMAND --help shows its words and an example.',
    '',
  ].join('\n')
}

/** Options that all commands share may stand before the command's name as well. */
function splitLeading(args: readonly string[]): { before: string[]; words: string[] } {
  let at = 0
  while (args[at]?.startsWith('-')) at += args[at] === '--project' ? 2 : 1
  return { before: args.slice(0, at), words: args.slice(at) }
}

const groupOf = (word: string | undefined): Command[] =>
  commands.filter((command) => command.name.split(' ')[0] === word)

/** The command with the longest name that the words begin with. */
function findCommand(words: readonly string[]): { command: Command; rest: string[] } {
  for (const length of [3, 2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find((candidate) => candidate.name === name)
    if (command) return { command, rest: words.slice(length) }
  }
  const group = groupOf(words[0]).map((command) => command.name)
  const said = words.slice(0, group.length > 0 && !words[1]?.startsWith('-') ? 2 : 1).join(' ')
  throw new LetheError(
    'usage',
    said ? `There is no command ${said}.` : 'No command was given.',
    group.length > 0 ? `There are ${group.join(', ')}.` : 'lethe --help lists the commands.',
  )
}

/** JSON has no infinities; the contract writes them as strings. */
const replacer = (_key: string, value: unknown): unknown =>
  value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value

async function main(args: string[]): Promise<number> {
  const json = args.includes('--json')
  const help = args.includes('--help') || args.includes('-h')
  const { before, words: said } = splitLeading(args)
  if (args.length === 0 || said[0] === 'help' || (help && said.length === 0)) {
    process.stdout.write(overview())
    return 0
  }
  if (args[0] === '--version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal) // a second one ends the process at once; a run survives that too
  try {
    if (help && groupOf(said[0]).length > 1 && (said[1] ?? '-').startsWith('-')) {
      process.stdout.write(overview(groupOf(said[0])))
      return 0
    }
    const { command, rest } = findCommand(said)
    if (help) {
      process.stdout.write(helpOf(command))
      return 0
    }
    const words = readWords(command, [...before, ...rest])
    const answer = await command.run({
      words,
      json,
      signal: stop.signal,
      lab: labOpener(words),
      say: (line) => void process.stderr.write(line + '\n'),
    })
    process.stdout.write(json ? JSON.stringify(answer.document, replacer) + '\n' : answer.text.replace(/\n*$/, '\n'))
    return answer.ok === false ? 1 : 0
  } catch (error) {
    const record = toErrorRecord(error)
    if (json) process.stdout.write(JSON.stringify({ error: record }) + '\n')
    process.stderr.write(`${record.message}${record.hint ? ` ${record.hint}` : ''}\n`)
    if (record.code === 'internal' && error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`)
    return record.code === 'usage' ? 2 : 1
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1)) // EPIPE: the reader of a pipe went away
process.stderr.on('error', () => undefined) // a run goes on without its progress line
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
