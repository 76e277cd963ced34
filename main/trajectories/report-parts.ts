/** What the pages of all reports on trajectories are made of. */

export const escapeText = (text: unknown): string =>
  String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Nested data as tables; long lists are cut. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '–'
    const some = value.slice(0, 50).map((one) => (typeof one === 'object' ? JSON.stringify(one) : figure(one)))
    return escapeText(some.join(', ')) + (value.length > 50 ? ` … (${value.length})` : '')
  }
  if (value === null || typeof value !== 'object') return escapeText(figure(value))
  const rows = Object.entries(value).map(
    ([name, inner]) => `<tr><th>${escapeText(name)}</th><td>${shownValue(inner)}</td></tr>`,
  )
  return `<table>${rows.join('')}</table>`
}
const figure = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : (value ?? '–')

export const pageStyle = `
:root{color-scheme:light dark;--ink:#1c2326;--paper:#fbfaf7;--quiet:#5d686c;--line:#d9d6cd;--accent:#0f6a73}
@media(prefers-color-scheme:dark){:root{--ink:#e4e6e3;--paper:#15191b;--quiet:#98a2a5;--line:#323a3d;--accent:#5bb8c0}}
body{font:16px/1.55 "Source Sans 3","Segoe UI",system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:0 auto;padding:3rem 1.5rem 5rem}
h1{font-size:1.9rem;font-weight:600;margin:0}h2{font-size:1.1rem;font-weight:600;margin:0 0 .8rem;color:var(--accent)}
section{margin-top:2.4rem;padding-top:1.4rem;border-top:1px solid var(--line)}.quiet{color:var(--quiet)}
table{border-collapse:collapse;font-size:.93rem;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem 1.4rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
th{font-weight:600;color:var(--quiet);white-space:nowrap}
`
