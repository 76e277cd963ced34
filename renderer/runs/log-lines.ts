/** The log of a run as lines to read. */
import type { LoggedEvent } from '../../main/contract/calls.ts'
import { formatCount, formatFigure } from '../app/format.ts'

export interface LogLine {
  readonly seq: number
  readonly time: string
  readonly kind: LoggedEvent['kind']
  readonly text: string
}

/** The newest that are kept in the window; all of them are in events.ndjson. */
export const mostLines = 20_000

function wordsOf(event: LoggedEvent): string {
  switch (event.kind) {
    case 'state':
      return event.state
    case 'progress':
      return `${event.phase}, step ${formatCount(event.step)} of ${formatCount(event.totalSteps)}`
    case 'metric':
      return `${event.name} = ${formatFigure(event.value)} at step ${formatCount(event.step)}${event.private ? '' : ' (not private)'}`
    case 'preview':
      return `${event.file} at step ${formatCount(event.step)}`
    case 'artifact':
      return `${event.file}, ${formatCount(event.bytes)} bytes, sha256 ${event.sha256}`
    case 'checkpoint':
      return `step ${formatCount(event.step)} in ${event.folder}`
    case 'spend':
      return event.stage === '' ? `ledger entry ${event.ledgerSeq}` : `${event.stage} charged to ${event.account}`
    case 'warning':
      return event.message
  }
}

export const lineOfEvent = (event: LoggedEvent): LogLine => ({
  seq: event.seq,
  time: event.time.slice(11, 23),
  kind: event.kind,
  text: wordsOf(event),
})

export function parseLog(text: string): LogLine[] {
  const lines = text.split('\n')
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [lineOfEvent(JSON.parse(line) as LoggedEvent)]
    } catch {
      return [] // the course of the run names the damaged line
    }
  })
}

/** Adds what follows; null where something between is missing. */
export function withEvents(lines: readonly LogLine[], events: readonly LoggedEvent[]): LogLine[] | null {
  const last = lines.at(-1)?.seq ?? -1
  const fresh = events.filter(({ seq }) => seq > last)
  if (fresh[0] && fresh[0].seq !== last + 1) return null
  return [...lines, ...fresh.map(lineOfEvent)].slice(-mostLines)
}

export function filterLog(lines: readonly LogLine[], words: string, quiet: boolean): readonly LogLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0 && !quiet) return lines
  return lines.filter(({ kind, text }) => {
    if (quiet && (kind === 'metric' || kind === 'progress')) return false
    const all = `${kind} ${text}`.toLowerCase()
    return wanted.every((word) => all.includes(word))
  })
}
