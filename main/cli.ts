/** The terminal: finds the command, reads its words, prints its one answer. All work is in cli/commands/ and lab.ts. */
import { commands } from './cli/commands.ts'
import { helpOf, labOpener, readWords, type Command } from './cli/command.ts'
import { LetheError, toErrorRecord } from './contract/errors.ts'
import { version } from './version.ts'

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2
  return [
    `Lethe ${version}: an offline lab for data that must not leave the room`,
    '',
    ...commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'Every command takes --json, --project DIR and --help.',
    '',
  ].join('\n')
}

/** The command with the longest name that the words begin with. */
function findCommand(words: readonly string[]): { command: Command; rest: string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find((candidate) => candidate.name === name)
    if (command) return { command, rest: words.slice(length) }
  }
  throw new LetheError('usage', `There is no command ${JSON.stringify(words.slice(0, 2).join(' '))}.`, 'lethe --help lists the commands.')
}

/** JSON has no infinities; the contract writes them as strings. */
const replacer = (_key: string, value: unknown): unknown => (value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value)

async function main(args: string[]): Promise<number> {
  const json = args.includes('--json')
  if (args.length === 0 || (args.length === 1 && ['--help', 'help', '-h'].includes(args[0]!))) {
    process.stdout.write(overview())
    return 0
  }
  if (args[0] === '--version') {
    process.stdout.write(`${version}\n`)
    return 0
  }
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    const { command, rest } = findCommand(args)
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(helpOf(command))
      return 0
    }
    const words = readWords(command, rest)
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

process.stdout.on('error', () => process.exit(0)) // the reader of a pipe went away
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
