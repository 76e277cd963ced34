/** The report of an audit as a page: it opens in any browser, prints, and loads nothing from elsewhere. */
import {
  auditGroups,
  ruleNames,
  type Audit,
  type AuditedTrajectory,
  type AuditGroup,
  type AuditShare,
} from '../../contract/audit.ts'
import { holdsThem } from '../../contract/deletion.ts'
import { escapeText, pageStyle, shownValue } from '../report-parts.ts'
import { behaviourWords, estimateLimit, estimateWords } from '../estimates/words.ts'
import type { AuditReport } from './report.ts'

export const groupWords: Readonly<Record<AuditGroup, string>> = {
  forgotten: 'forget set',
  remaining: 'remaining',
  'never-seen': 'never seen',
}
const ruleWords = { released: 'Released rule', textbook: 'Textbook test' } as const

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const shareWords = (share: AuditShare): string =>
  share
    ? `${percent(share.share)} (${share.count} of ${share.of}; ${percent(share.low)} – ${percent(share.high)})`
    : '–'
const figure = (value: number | null | undefined, digits = 4): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(digits)))

const section = (title: string, ...body: string[]): string =>
  `<section><h2>${escapeText(title)}</h2>${body.filter(Boolean).join('\n')}</section>`
const paragraph = (text: string): string => `<p>${escapeText(text)}</p>`
const table = (head: readonly string[], rows: readonly (readonly unknown[])[], kind = ''): string =>
  `<table${kind && ` class="${kind}"`}><thead><tr>${head.map((cell) => `<th>${escapeText(cell)}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeText(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table>`

/** report.html: of the report and nothing else, so that it can be compared with it. */
export function auditPage(report: AuditReport): string {
  const { record, audit } = report
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeText(record.title)}</title>
<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${pageStyle}${ownStyle}</style></head><body><header><p class="quiet">Audit report · Lethe ${escapeText(report.version)}</p><h1>${escapeText(record.title)}</h1>
<p class="quiet">Run ${escapeText(record.id)}, ended ${escapeText(record.ended)}</p></header>
${section('What was found', ...audit.words.map(paragraph))}
${section('Shares', sharesTable(audit), ruleNote(audit))}
${section('Distances', figureOf(audit), paragraph('One mark for each trajectory, in standard deviations from the mean distance of the references; the line is the threshold of the released rule.'))}
${section('Returns', returnsTable(report))}
${report.estimates ? section('Estimated returns', estimatesTable(report.estimates), paragraph(estimateLimit)) : ''}
${section('Agents', agentsTable(report), madeTables(report))}
${audit.auditor ? section('The auditor itself', auditorTable(audit.auditor), paragraph('Judged on the original, which learnt all of them, and on the agent trained anew, which never saw the forget set. Specificity: of the forget set, judged forgotten under the agent trained anew. Balanced accuracy is the mean of recall and specificity, ½ where the auditor sees nothing; F1 is high for such a one as well. The released precision counts all positives in place of those that were found.')) : ''}
${section('How far apart the agents are', apartTable(audit), paragraph('Means over all steps: the difference of what each agent’s own critics say of what it would do, and the distance of the actions.'))}
${deletionSection(report)}
${section('Limits', `<ul>${report.limits.map((limit) => `<li>${escapeText(limit)}</li>`).join('')}</ul>`)}
${section('Each trajectory', verdictTable(audit))}
${section('Data', shownValue(report.dataset ?? 'The data set is no longer in the project.'))}
${section('Settings', shownValue(report.config))}
${section('Computing time', shownValue(report.timing))}
${section('Environment', shownValue(report.environment))}
${section('Seal', `<p class="hash">${report.seal}</p>`, paragraph('SHA-256 over the content of report.json with its keys in order. To check report.json, with or without the project, drop it on the window of any Lethe; in the terminal, with this page beside it: lethe trajectories verify report.html'))}
</body></html>
`
}

const sharesTable = ({ shares }: Audit): string =>
  table(
    ['', ...ruleNames.map((name) => ruleWords[name])],
    [
      ['Forget set, judged forgotten', ...ruleNames.map((name) => shareWords(shares[name].forgotten))],
      ['Remaining, judged in', ...ruleNames.map((name) => shareWords(shares[name].remaining))],
      ['Never seen, judged forgotten (control)', ...ruleNames.map((name) => shareWords(shares[name].control))],
      ['Undecided', ...ruleNames.map((name) => shares[name].undecided)],
    ],
  )

function ruleNote({ rules, trajectories }: Audit): string {
  const limit = (name: 'released' | 'textbook') => figure(trajectories[0]?.verdicts[name].threshold)
  const sides = (count: 1 | 2) => (count === 1 ? 'one-sided' : 'two-sided')
  return paragraph(
    `In brackets the count and the 95 % interval (Wilson). Released rule: ${sides(rules.released.sides)}, α = ${rules.released.alpha}, threshold ${limit('released')}. ` +
      `Textbook test (Grubbs): ${sides(rules.textbook.sides)}, α = ${rules.textbook.alpha}, threshold ${limit('textbook')}, spread of the ${rules.textbook.sample === 'references' ? 'references alone' : 'references and the tested one'}.`,
  )
}

function returnsTable(report: AuditReport): string {
  const { returns } = report
  const rows = [
    ['Original', returns.original],
    ['Audited agent, before it forgot', returns.before],
    ['Audited agent', returns.agent],
    ['Trained anew', returns.retrained],
  ] as const
  const known = rows.filter(([, one]) => one !== null)
  if (known.length === 0)
    return paragraph(
      `No agent was played: the data has no simulated task, or no episodes were asked for.${report.estimates ? ' Estimates follow.' : ''}`,
    )
  return table(
    ['', 'Mean return', 'Deviation', 'Normalised', 'Episodes'],
    known.map(([name, one]) => [
      name,
      figure(one!.mean, 6),
      figure(one!.deviation),
      figure(one!.normalisedScore),
      one!.returns.length,
    ]),
  )
}

/** Discounted; never beside a return. */
function estimatesTable(estimates: NonNullable<AuditReport['estimates']>): string {
  const rows = [
    ['Original', estimates.original],
    ['Audited agent, before it forgot', estimates.before],
    ['Audited agent', estimates.agent],
    ['Trained anew', estimates.retrained],
  ] as const
  return table(
    ['', 'Estimate', 'Recorded episodes returned'],
    rows.flatMap(([name, one]) => (one ? [[name, estimateWords(one), behaviourWords(one)]] : [])),
  )
}

function agentsTable({ audit, shadows = [] }: AuditReport): string {
  const rows = [
    ['Audited', audit.agent],
    ['Original', audit.original],
    ...(audit.retrained ? [['Trained anew', audit.retrained] as const] : []),
  ] as const
  return table(
    ['', 'Run', 'Updates', 'SHA-256 of its file'],
    [
      ...rows.map(([name, { run, updates, sha256 }]) => [name, run, updates, sha256]),
      ...shadows.map(({ sha256 }, place) => [
        ...[`Shadow ${place + 1}`, 'of the original', audit.original.updates + audit.settings.shadowSteps, sha256],
      ]),
    ],
    'hashes',
  )
}

/** What each was trained or made to forget with, whole; of long lists of episodes the beginning and the count. */
function madeTables({ made }: AuditReport): string {
  if (!made) return ''
  const roles = [
    ['The audited agent', made.agent],
    ['The original', made.original],
    ['The agent trained anew', made.retrained],
  ] as const
  return roles
    .flatMap(([name, one]) => (one ? [`<h3>${name}: ${escapeText(one.title)}</h3>${shownValue(one.config)}`] : []))
    .join('')
}

const auditorColumns = [
  ['Balanced accuracy', 'balancedAccuracy'],
  ['Recall', 'recall'],
  ['Specificity', 'specificity'],
  ['Precision', 'precision'],
  ['as released', 'releasedPrecision'],
  ['F1', 'f1'],
  ['as released', 'releasedF1'],
  ['of one that says “in” of everything', 'blindF1'],
] as const

const auditorTable = (auditor: NonNullable<Audit['auditor']>): string =>
  table(
    ['', ...auditorColumns.map(([head]) => head)],
    ruleNames.map((name) => [ruleWords[name], ...auditorColumns.map(([, score]) => figure(auditor[name][score]))]),
  )

function apartTable({ apart }: Audit): string {
  const pairs = [
    ['Audited and original', apart.agentAndOriginal],
    ['Audited and trained anew', apart.agentAndRetrained],
    ['Original and trained anew', apart.originalAndRetrained],
  ] as const
  return table(
    ['', ...auditGroups.flatMap((group) => [`values, ${groupWords[group]}`, 'actions'])],
    pairs
      .filter(([, pair]) => pair !== null)
      .map(([name, pair]) => [
        name,
        ...auditGroups.flatMap((group) => [figure(pair![group]?.value), figure(pair![group]?.action)]),
      ]),
  )
}

function deletionSection({ deletion }: AuditReport): string {
  if (!deletion) return ''
  return section(
    'The deletion request',
    paragraph(
      `Request ${deletion.request}, ${deletion.state}, for ${deletion.episodes.length} of ${deletion.of} episodes of ${deletion.name}. Every copy that was found, and what became of it:`,
    ),
    table(
      ['Copy', 'Where', 'Holds', 'State'],
      deletion.copies.map((copy) => [
        ...[copy.name, copy.where, copy.holds],
        copy.fate === 'kept' ? `${holdsThem(copy)}: ${copy.reason}` : copy.fate,
      ]),
    ),
    deletion.incomplete.map(paragraph).join(''),
    `<ul>${deletion.limits.map((limit) => `<li>${escapeText(limit)}</li>`).join('')}</ul>`,
  )
}

function verdictTable({ trajectories, retrained }: Audit): string {
  const anew = (cell: string): string[] => (retrained ? [cell] : [])
  return table(
    [
      ...['Episode', 'Group', 'Steps', 'Return', 'Distance', 'Original’s', ...anew('Anew'), 'Statistic', 'Released'],
      ...['Statistic', 'Textbook', 'SHA-256 of the episode'],
    ],
    trajectories.map((one) => [
      ...[one.id, groupWords[one.group], one.length, figure(one.return, 5), figure(one.distance, 3)],
      ...[figure(one.original, 3), ...anew(figure(one.retrained, 3))],
      ...ruleNames.flatMap((name) => [figure(one.verdicts[name].statistic, 3), one.verdicts[name].verdict]),
      one.sha256,
    ]),
    'verdicts',
  )
}

/** Okabe–Ito. */
const colours: Readonly<Record<AuditGroup, string>> = {
  forgotten: '#D55E00',
  remaining: '#0072B2',
  'never-seen': '#767676',
}

/** All statistics on one axis, a row for each group. Far outliers stand at the edge. */
function figureOf({ trajectories }: Audit): string {
  const [width, left, height] = [880, 110, 34]
  const limit = trajectories[0]?.verdicts.released.threshold ?? 1
  const most = 4 * limit
  const x = (statistic: number): number =>
    left + ((Math.max(-most, Math.min(most, statistic)) + most) / (2 * most)) * (width - left - 24)
  const groups = auditGroups.filter((group) => trajectories.some((one) => one.group === group))
  const marks = (group: AuditGroup, row: number): string =>
    trajectories
      .filter((one): one is AuditedTrajectory => one.group === group && one.statistics.released !== null)
      .map(
        (one) =>
          `<circle cx="${x(one.statistics.released!).toFixed(1)}" cy="${row * height + 17}" r="4" fill="${colours[group]}" fill-opacity="0.55"/>`,
      )
      .join('')
  const line = (at: number): string =>
    `<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="0" y2="${groups.length * height}" stroke="currentColor" stroke-dasharray="3 3"/>`
  const bottom = groups.length * height + 18
  return `<svg viewBox="0 0 ${width} ${bottom + 4}" role="img" aria-label="Statistics of all trajectories by group">${groups
    .map((group, row) => `<text x="0" y="${row * height + 22}">${groupWords[group]}</text>${marks(group, row)}`)
    .join('')}${line(limit)}${line(-limit)}${[-most, -limit, 0, limit, most]
    .map(
      (at) => `<text class="tick" x="${x(at).toFixed(1)}" y="${bottom}" text-anchor="middle">${figure(at, 3)}</text>`,
    )
    .join('')}</svg>`
}

const ownStyle = `
p{max-width:46rem}.hash,.hashes td:last-child,.verdicts td:last-child{font-family:"Source Code Pro",ui-monospace,monospace;font-size:.78rem;overflow-wrap:anywhere}
svg{width:100%;height:auto;fill:currentColor}svg text{font-size:13px}svg .tick{font-size:11px;fill:var(--quiet)}
td:first-child{white-space:nowrap}h3{font-size:.95rem;font-weight:600;margin:1.4rem 0 .4rem}.verdicts{font-size:.82rem}.verdicts th,.verdicts td{padding-right:.7rem}.verdicts td:not(:last-child){white-space:nowrap}
ul{padding-left:1.2rem;max-width:46rem}li{margin:.35rem 0}
@media print{body{max-width:none;padding:0}section{break-inside:auto}tr{break-inside:avoid}h2{break-after:avoid}}
`
