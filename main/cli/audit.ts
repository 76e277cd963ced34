/** Audits of agents, and the check of their reports. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { ruleNames, type AuditShare, type AuditShares } from '../contract/audit.ts'
import type { Outcome } from '../contract/job.ts'
import { verifyReport } from '../lab/audit-report.ts'
import { defaultProject } from '../project.ts'
import { auditSelectorHelp } from '../trajectories/audit/request.ts'
import { table } from './bar.ts'
import { settings, type Command } from './command.ts'
import { selectorOf } from './forgetting.ts'
import { oneOf, runCommand, runOptions } from './run-command.ts'

const shown = (share: AuditShare): string =>
  share ? `${(100 * share.share).toFixed(1)} % (${share.count} of ${share.of})` : '–'

function textOf(outcome: Outcome | null): string {
  const shares = outcome?.['shares'] as Record<(typeof ruleNames)[number], AuditShares>
  const row = (what: string, of: (one: AuditShares) => string) => [what, ...ruleNames.map((name) => of(shares[name]))]
  const rows = [
    ['', 'released rule', 'textbook test'],
    row('forget set, judged forgotten', ({ forgotten }) => shown(forgotten)),
    row('remaining, judged in', ({ remaining }) => shown(remaining)),
    row('never seen, judged forgotten', ({ control }) => shown(control)),
    row('undecided', ({ undecided }) => String(undecided)),
  ]
  return [table(rows), '', ...(outcome?.['words'] as string[])].join('\n')
}

const audit = runCommand({
  name: 'trajectories audit',
  summary: 'Judge for each trajectory whether an agent still shows that it learnt from it',
  positionals: '',
  options: {
    agent: { type: 'string', help: 'the run whose agent is audited' },
    original: { type: 'string', help: 'the run that learnt from all (default: what the agent was made from)' },
    retrained: { type: 'string', help: 'a run trained from scratch without the forget set, as the reference' },
    episodes: { type: 'string', help: auditSelectorHelp },
    preset: { type: 'string', help: 'desk (default: shadows of 0.5 % of the training each), paper or tiny' },
    ...runOptions,
  },
  example: 'trajectories audit --agent RUN --retrained RUN',
  request: async (command, words) => ({
    agent: words.required('agent'),
    original: words.text('original'),
    retrained: words.text('retrained'),
    episodes: await selectorOf(words.text('episodes') ?? 'auto'),
    preset: oneOf(command, words, 'preset', ['desk', 'paper', 'tiny']),
    seed: words.seed(),
    set: settings(command, words),
  }),
  plan: (lab, request) => lab.planAudit(request),
  create: (lab, request, device) => lab.createAudit(request, device),
  text: textOf,
})

const marks = { holds: 'holds', fails: 'FAILS', open: 'open ' } as const

const verify: Command = {
  name: 'trajectories verify',
  summary:
    'Check the report of an audit: seal, verdicts and page by themselves; run, episodes and agents where the project is at hand',
  positionals: 'REPORT',
  options: {},
  example: 'trajectories verify report.html',
  async run({ words }) {
    const project = path.resolve(words.text('project') ?? process.env['LETHE_PROJECT'] ?? defaultProject())
    const there = await fs.stat(project).catch(() => null)
    const verification = await verifyReport(there ? project : null, words.first)
    const { ok, problems, checks, seal, words: result } = verification
    const text = [
      table(checks.map(({ result, what, note }) => [marks[result], what, note])),
      ...problems.map(({ file, expected, found }) => `${file}: expected ${expected}; found ${found}`),
      ok ? `${result} Its seal is ${seal}.` : result,
    ].join('\n')
    return { document: verification, text, ok }
  },
}

export const auditCommands: readonly Command[] = [audit, verify]
