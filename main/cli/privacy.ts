import { LetheError } from '../contract/errors.ts'
import { epsilonFor, noiseFor } from '../privacy/answer.ts'
import { roundDown, roundUp } from '../privacy/compose.ts'
import { readJson } from '../files/atomic.ts'
import { z } from 'zod'
import { table } from './bar.ts'
import type { Command } from './command.ts'

const input = {
  input: { type: 'string', help: 'a JSON file with accountants and settings; - for standard input' },
} as const

async function readInput(file: string): Promise<unknown> {
  if (file !== '-') return readJson(file, z.unknown())
  let text = ''
  for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new LetheError('file-malformed', `Standard input is not JSON: ${(error as Error).message}.`)
  }
}

const epsilonCommand: Command = {
  name: 'privacy epsilon',
  summary: 'What given noise costs, by each accountant',
  positionals: '',
  options: input,
  example: 'privacy epsilon --input settings.json --json',
  async run({ words }) {
    const results = epsilonFor(await readInput(words.required('input')))
    return { document: { results }, text: results.map((result) => JSON.stringify(result)).join('\n') }
  },
}

const noiseCommand: Command = {
  name: 'privacy noise',
  summary: 'The smallest noise that stays within a given epsilon',
  positionals: '',
  options: input,
  example: 'privacy noise --input targets.json --json',
  async run({ words }) {
    const results = noiseFor(await readInput(words.required('input')))
    return { document: { results }, text: results.map((result) => JSON.stringify(result)).join('\n') }
  },
}

const ledgerShow: Command = {
  name: 'ledger show',
  summary: 'Every charge and every non-private read of a data set',
  positionals: 'ID',
  options: {},
  example: 'ledger show mnist',
  async run({ words, lab }) {
    const { summary, entries } = await (await lab()).ledger(words.first)
    const rows = entries.map((entry) => {
      const what =
        entry.kind === 'charge'
          ? `${entry.run}  ${entry.stage} on ${entry.account}: ${entry.event.kind === 'gaussian' ? `Gaussian, noise multiplier ${entry.event.noiseMultiplier.toPrecision(5)}` : `epsilon ${entry.event.epsilon.toPrecision(4)}`} (${entry.mode})`
          : entry.kind === 'read'
            ? `${entry.run}  not private: ${entry.what} (${entry.split})`
            : entry.kind === 'open'
              ? `opened: ${entry.relation}, delta ${entry.delta}, budget ${entry.budget}, protects ${entry.unit}`
              : `budget ${entry.budget}: ${entry.reason}`
      return [String(entry.seq), entry.time.slice(0, 19), entry.kind, what]
    })
    const text = `${table(rows)}\nspent ${roundUp(summary.spent)} of ${summary.budget}, remaining ${roundDown(summary.remaining)}`
    return { document: { entries, ...summary }, text }
  },
}

const ledgerVerify: Command = {
  name: 'ledger verify',
  summary: 'Check the chain of a ledger and hold it against the runs',
  positionals: 'ID',
  options: {},
  example: 'ledger verify mnist',
  async run({ words, lab }) {
    const id = words.first
    const result = await (await lab()).checkLedger(id)
    const text = result.ok
      ? `The ledger of ${id} is intact.`
      : `The ledger of ${id} is broken at entry ${result.firstBad}: ${result.reason}`
    return { document: result, text, ok: result.ok }
  },
}

export const privacyCommands: readonly Command[] = [epsilonCommand, noiseCommand, ledgerShow, ledgerVerify]
