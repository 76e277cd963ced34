/** The progress line of a run on standard error: redrawn on a terminal, one line every ten seconds in a log. */
import path from 'node:path'
import type { LoggedEvent } from '../contract/calls.ts'

/** `folder` is that of the run: pictures are named by a path that can be opened. */
export function progressBar(
  stream: NodeJS.WriteStream,
  folder: string,
): { show(event: LoggedEvent): void; end(): void } {
  const live = stream.isTTY === true
  let lastLine = 0
  let lastPhase = ''
  const clear = (): void => void (live && stream.write('\r\u001b[2K'))
  return {
    show(event) {
      if (event.kind === 'warning') {
        clear()
        stream.write(`Note: ${event.message}\n`)
      }
      if (event.kind === 'preview') {
        clear()
        stream.write(`Picture: ${path.join(folder, event.file)}\n`)
      }
      if (event.kind !== 'progress') return
      const now = Date.parse(event.time)
      if (!live && event.phase === lastPhase && now - lastLine < 10_000) return
      ;[lastLine, lastPhase] = [now, event.phase]
      const fraction = event.totalSteps > 0 ? event.step / event.totalSteps : 1
      const filled = Math.round(24 * fraction)
      const bar = '█'.repeat(filled) + '░'.repeat(24 - filled)
      const rate =
        event.rate === null || event.totalSteps < 2
          ? ''
          : `  ${event.rate < 10 ? event.rate.toFixed(1) : Math.round(event.rate)}/s`
      const left = event.secondsLeft === null ? '' : `  ${duration(event.secondsLeft)} left`
      const line = `${event.phase.padEnd(48)} ${bar} ${String(Math.floor(100 * fraction)).padStart(3)} %${rate}${left}`
      stream.write(live ? `\r\u001b[2K${line.slice(0, stream.columns || 120)}` : `${line}\n`)
    },
    end: clear,
  }
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
