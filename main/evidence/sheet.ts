/** The review as a page to print: what was reviewed, by whom, with what result. It stands alone and loads nothing. */
import type { Review, ReviewEntry, ReviewItem } from '../contract/evidence.ts'

const escape = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const moment = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`
const words = { confirmed: 'Confirmed', disputed: 'Disputed' } as const

/** `7 of 12 reviewed, 1 disputed` */
export function progressWords(items: readonly ReviewItem[]): string {
  const done = items.filter(({ standing }) => standing.verdict !== null).length
  const disputed = items.filter(({ standing }) => standing.verdict === 'disputed').length
  return `${done} of ${items.length} reviewed${disputed > 0 ? `, ${disputed} disputed` : ''}`
}

export function reviewSheet(
  review: Review,
  about: { readonly version: string; readonly facts: readonly string[] },
): string {
  const facts = [...about.facts, progressWords(review.items)]
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Review of ${escape(review.title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${style}</style></head><body>
<header><h1>Review of ${escape(review.title)}</h1>${facts.map((fact) => `<p>${escape(fact)}</p>`).join('')}</header>
${review.broken === null ? '' : `<p class="broken">The chain of this review does not hold: ${escape(review.broken)}</p>`}
${review.items.map(section).join('\n')}
<footer><p>Each line of a review is chained to the one before by its hash. That shows that none was changed or left out; it does not show who wrote them.</p>
<table class="signatures"><tr><td>Reviewed by</td><td>Date and signature</td></tr></table><p>Lethe ${escape(about.version)}</p></footer>
</body></html>
`
}

function section({ title, id, note, standing, entries }: ReviewItem): string {
  const { verdict, reviewer, time } = standing
  const verdictWords =
    verdict === null ? 'Not reviewed' : `${words[verdict]} by ${escape(reviewer)}, ${escape(moment(time ?? ''))}`
  return `<section><h2>${escape(title)}</h2><p class="quiet">${escape(id)} · ${escape(note)}</p>
<p class="verdict ${verdict ?? 'none'}">${verdictWords}</p>
${standing.stale ? '<p class="broken">The evidence has changed since.</p>' : ''}
${entries.length === 0 ? '' : `<table><thead><tr><th>No.</th><th>Time</th><th>Reviewer</th><th>What</th><th>Line</th></tr></thead><tbody>${entries.map(line).join('')}</tbody></table>`}
</section>`
}

function line(entry: ReviewEntry): string {
  if (entry.kind === 'open') return ''
  const what =
    entry.kind === 'withdraw'
      ? `Withdrew line ${entry.withdraws.slice(0, 12)}`
      : entry.kind === 'note'
        ? `Note: ${entry.text}`
        : `${words[entry.verdict]}${entry.text ? `: ${entry.text}` : ''}`
  const cells = [entry.seq, moment(entry.time), entry.reviewer, what, entry.hash.slice(0, 12)]
  return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`
}

const style = `
:root{color-scheme:light}body{font:11pt/1.5 "Fira Sans","Source Sans 3","Segoe UI",system-ui,sans-serif;color:#1b2125;background:#fff;max-width:46rem;margin:2rem auto;padding:0 1.5rem}
h1{font-size:17pt;font-weight:500;margin:0 0 .4rem}h2{font-size:12pt;font-weight:500;margin:0}p{margin:.2rem 0}header p,.quiet,footer{color:#515a5f}
section{margin-top:1.4rem;padding-top:1rem;border-top:1px solid #d9d4c7;break-inside:avoid}.quiet{font-size:9.5pt}
.verdict{font-weight:500}.verdict.none{color:#515a5f;font-weight:400}.verdict.disputed,.broken{color:#a33020}
table{border-collapse:collapse;width:100%;margin-top:.6rem;font-size:9.5pt}th{text-align:left;font-weight:400;color:#515a5f}th,td{padding:.25rem .8rem .25rem 0;border-bottom:1px solid #e7e3d8;vertical-align:top}
td:first-child,td:last-child,td:nth-child(2){font-variant-numeric:tabular-nums;white-space:nowrap}
footer{margin-top:2.4rem;font-size:9.5pt}.signatures td{width:50%;height:3.6rem}
@media print{body{margin:0;max-width:none;padding:0}}
`
