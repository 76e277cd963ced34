/** Deletion requests in the terminal. */
import { holdsThem, type DecidedCopy, type DeletionStatement, type RequestSummary } from '../contract/deletion.ts'
import { LetheError } from '../contract/errors.ts'
import type { Lab } from '../lab.ts'
import { table } from './bar.ts'
import { usage, type Command, type Invocation } from './command.ts'
import { selectorOf } from './forgetting.ts'
import { selectorHelp } from '../trajectories/unlearning/forget-set.ts'

const stateWords = {
  open: 'open',
  unlearned: 'made to forget, not audited',
  audited: 'audited, not closed',
  closed: 'closed',
} as const

const rowOf = ({ request, state, name, episodes, damage }: RequestSummary): string[] => [
  request,
  damage === null ? stateWords[state] : 'damaged',
  name === '' ? (damage ?? '') : `${episodes.length} of ${name}`,
]

function fateWords(copy: DecidedCopy): string {
  if (copy.fate === 'removed') return 'removed for good'
  if (copy.fate === 'removing') return 'being removed'
  return copy.fate === 'kept' ? holdsThem(copy) : `${holdsThem(copy)}, not decided`
}

const copyRow = (copy: DecidedCopy): string[] => [
  copy.id,
  fateWords(copy),
  copy.holds,
  copy.fate === 'kept' ? copy.reason : copy.fate === 'undecided' ? (copy.obstacle ?? '') : '',
]

function textOf(statement: DeletionStatement): string {
  const { request, state, name, data, contentHash, episodes, of, agent, learnt, version, damage } = statement
  const rows = [
    ['request', request],
    ['state', damage === null ? stateWords[state] : `damaged. ${damage}`],
    ['set', `${name} (${data}, ${contentHash.slice(0, 12)}), ${episodes.length} of ${of} episodes`],
    ['ids', episodes.slice(0, 20).join(', ') + (episodes.length > 20 ? ', …' : '')],
    ['agent', agent === null ? 'none' : `${agent}, trained on ${learnt.length} of them`],
    [
      'version',
      version ? `${version.data}, ${version.episodes} episodes` : `not made; \`${versionWords(request)}\` makes it`,
    ],
    ['forgotten', statement.unlearned ?? 'no run yet'],
    ['audited', statement.audited ?? 'no run yet'],
    ...(statement.retired === null ? [] : [['retired', statement.retired]]),
    ...(statement.note === '' ? [] : [['note', statement.note]]),
    ...statement.incomplete.map((words) => [statement.state === 'closed' ? 'without' : 'to do', words]),
  ]
  return [
    table(rows),
    '',
    table(statement.copies.map(copyRow)),
    '',
    'What cannot be known',
    ...statement.limits.map((words) => `- ${words}`),
  ].join('\n')
}

const versionWords = (request: string): string => `lethe trajectories request version ${request}`

/** Makes the version, once. Errors: `cancelled` saying how it is made after all. */
async function makeVersion(lab: Lab, request: string, { signal, say }: Invocation): Promise<void> {
  let shown = 0
  const onProgress = (done: number, total: number): void => {
    const percent = Math.floor((100 * done) / total)
    if (percent >= shown + 10) say(`Version without the episodes ${(shown = percent)} %`)
  }
  try {
    await lab.makeRequestVersion(request, { signal, onProgress })
  } catch (error) {
    if (!signal.aborted) throw error
    throw new LetheError(
      'cancelled',
      `Request ${request} is open; the version of the set without the episodes was not written.`,
      `\`${versionWords(request)}\` writes it.`,
    )
  }
}

const answerOf = (statement: DeletionStatement) => ({ document: { request: statement }, text: textOf(statement) })

const open: Command = {
  name: 'trajectories request open',
  summary:
    'Open a deletion request: a version of the set without the episodes, and a list of every copy that holds them',
  positionals: '',
  options: {
    agent: { type: 'string', help: 'the run whose agent was trained on them' },
    data: { type: 'string', help: 'the set, where no agent is concerned' },
    forget: { type: 'string', help: `${selectorHelp}; ids may name any episode of the set` },
    note: { type: 'string', help: 'whose request it is, and why' },
    seed: { type: 'string', help: 'for random:RATE (default 1)' },
  },
  example: 'trajectories request open --agent RUN --forget ids:3,14 --note "Withdrawn consent, 12 March"',
  async run(invocation) {
    const { words, lab, say } = invocation
    const agent = words.text('agent') ?? null
    const opened = await lab()
    if (agent === null && words.text('data') === undefined) throw usage(this, '--agent is missing.')
    const data = words.text('data') ?? (await opened.agentHeaderOf(agent!)).data.id
    const selector = await selectorOf(words.required('forget'))
    const request = { data, agent, selector, seed: words.seed() ?? 1, note: words.text('note') ?? '' }
    const { request: id } = await opened.openRequest(request)
    say(`Request ${id}`)
    await makeVersion(opened, id, invocation)
    return answerOf(await opened.showRequest(id))
  },
}

const version: Command = {
  name: 'trajectories request version',
  summary:
    'Write the version of the set without the episodes, where opening the request was stopped before it was there',
  positionals: 'ID',
  options: {},
  example: 'trajectories request version 20260301-101500-a1b2c3',
  async run(invocation) {
    const { words, lab } = invocation
    const opened = await lab()
    await makeVersion(opened, words.first, invocation)
    return answerOf(await opened.showRequest(words.first))
  },
}

const list: Command = {
  name: 'trajectories request list',
  summary: 'The deletion requests of the project, newest first',
  positionals: '',
  options: {},
  example: 'trajectories request list',
  async run({ lab }) {
    const requests = await (await lab()).listRequests()
    return {
      document: { requests },
      text: requests.length > 0 ? table(requests.map(rowOf)) : 'No deletion request yet.',
    }
  },
}

const show: Command = {
  name: 'trajectories request show',
  summary: 'A deletion request: its steps, every copy and what became of it, what cannot be known',
  positionals: 'ID',
  options: {},
  example: 'trajectories request show 20260301-101500-a1b2c3 --json',
  async run({ words, lab }) {
    const statement = await (await lab()).showRequest(words.first)
    return { ...answerOf(statement), ok: statement.damage === null }
  },
}

const copies: Command = {
  name: 'trajectories request copies',
  summary: 'Every copy that holds, or may hold, the episodes of a request, and reports and tables that name them',
  positionals: 'ID',
  options: {},
  example: 'trajectories request copies 20260301-101500-a1b2c3',
  async run({ words, lab }) {
    const { request, copies: found } = await (await lab()).showRequest(words.first)
    return { document: { request, copies: found }, text: table(found.map(copyRow)) }
  },
}

const remove: Command = {
  name: 'trajectories request remove',
  summary: 'Remove copies for good, past the trash: what the list names, with all that lies in it',
  positionals: 'ID COPY …',
  options: {},
  example: 'trajectories request remove 20260301-101500-a1b2c3 dataset:hopper checkpoints:RUN',
  async run({ words, lab }) {
    const [id, ...wanted] = words.positionals
    return answerOf(await (await lab()).removeRequestCopies(id!, wanted))
  },
}

const keep: Command = {
  name: 'trajectories request keep',
  summary: 'Say of copies why they are kept; they are listed as still containing the episodes',
  positionals: 'ID COPY …',
  options: { reason: { type: 'string', help: 'in words (default: that of the list)' } },
  example: 'trajectories request keep 20260301-101500-a1b2c3 run:RUN --reason "Evidence until the end of the year"',
  async run({ words, lab }) {
    const [id, ...wanted] = words.positionals
    return answerOf(await (await lab()).keepRequestCopies(id!, wanted, words.text('reason') ?? ''))
  },
}

const close: Command = {
  name: 'trajectories request close',
  summary: 'Close a request: what is not removed is marked as still containing them, the original agent is retired',
  positionals: 'ID',
  options: { incomplete: { type: 'boolean', help: 'although the agent did not forget, or was not audited' } },
  example: 'trajectories request close 20260301-101500-a1b2c3',
  async run({ words, lab }) {
    return answerOf(await (await lab()).closeRequest(words.first, words.flag('incomplete')))
  },
}

export const deletionCommands: readonly Command[] = [open, version, list, show, copies, remove, keep, close]
