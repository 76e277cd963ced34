/** The content security policy of the page: nothing is allowed but what a row names, and each row says why. */

interface Row {
  readonly directive: string
  readonly sources: readonly string[]
  readonly reason: string
}

export const contentSecurityRows: readonly Row[] = [
  { directive: 'default-src', sources: ["'none'"], reason: 'what no row names is refused' },
  { directive: 'script-src', sources: ["'self'"], reason: 'bundled scripts; no inline script, no eval' },
  { directive: 'style-src', sources: ["'self'"], reason: 'bundled style sheets; React sets styles through the CSSOM' },
  { directive: 'font-src', sources: ["'self'"], reason: 'the fonts we ship' },
  {
    directive: 'img-src',
    sources: ["'self'", 'app://lab', 'blob:', 'data:'],
    reason: 'icons, artifacts of runs, pictures made in the page',
  },
  { directive: 'connect-src', sources: ["'self'", 'app://lab'], reason: 'series and clouds are fetched from the lab' },
  { directive: 'worker-src', sources: ["'self'"], reason: 'charts draw in a worker' },
  { directive: 'object-src', sources: ["'none'"], reason: 'no plug-ins' },
  { directive: 'base-uri', sources: ["'none'"], reason: 'a base element could redirect relative addresses' },
  { directive: 'form-action', sources: ["'none'"], reason: 'forms are handled by script, none is sent' },
  { directive: 'frame-ancestors', sources: ["'none'"], reason: 'the page is never framed' },
]

export function contentSecurityPolicy(rows: readonly Row[] = contentSecurityRows): string {
  return rows.map((row) => `${row.directive} ${row.sources.join(' ')}`).join('; ')
}

/** For documents that a run wrote (its report): shown as they are, but nothing in them runs or loads. */
export const documentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
