/** The progress line of a run on standard error: redrawn on a terminal, one line every ten seconds in a log. */
import path from 'node:path'
import type { LoggedEvent } from '../contract/calls.ts'
import { doneOf } from '../contract/run.ts'

/** `folder` is that of the run: pictures are named by a path that can be opened. */
export function progressBar(
  stream: NodeJS.WriteStream,
  folder: string,
): { show(event: LoggedEvent): void; end(): void } {
  const live = stream.isTTY === true
  let lastLine = 0
  let lastPhase = ''
  const pictures = new Set<string>()
  const clear = (): void => void (live && stream.write('\r\u001b[2K'))
  return {
    show(event) {
      if (event.kind === 'warning') {
        clear()
        stream.write(`Note: ${event.message}\n`)
      }
      if (event.kind === 'preview') {
        if (pictures.has(event.file)) return // it is replaced in place
        pictures.add(event.file)
        clear()
        stream.write(`Picture: ${path.join(folder, event.file)}\n`)
      }
      if (event.kind !== 'progress') return
      const now = Date.parse(event.time)
      if (!live && event.phase === lastPhase && now - lastLine < 10_000) return
      ;[lastLine, lastPhase] = [now, event.phase]
      const rate =
        event.rate === null || event.totalSteps < 2
          ? ''
          : `  ${event.rate < 10 ? event.rate.toFixed(1) : Math.round(event.rate)}/s`
      const left = event.secondsLeft === null ? '' : `  ${duration(event.secondsLeft)} left`
      const line = progressLine(event.phase, doneOf(event), `${rate}${left}`, (stream.columns || 120) - 1)
      stream.write(live ? `\r\u001b[2K${line}` : `${line}\n`)
    },
    end: clear,
  }
}

/** Phase, bar and percent of the whole run, then `tail`; what is narrow is the phase, so that rate and time left stay in sight. */
export function progressLine(phase: string, fraction: number, tail: string, columns: number): string {
  const width = columns >= 110 ? 24 : 12
  const filled = Math.round(width * fraction)
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
  const rest = ` ${bar} ${String(Math.floor(100 * fraction)).padStart(3)} %${tail}`
  const room = Math.max(8, Math.min(48, columns - rest.length))
  const name = phase.length > room ? `${phase.slice(0, room - 1)}…` : phase.padEnd(room)
  return (name + rest).slice(0, columns)
}

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
}

/** Rows as columns of equal width; numbers should come formatted. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
