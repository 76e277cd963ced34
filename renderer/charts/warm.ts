/** What a chart needs of long lines, made ready one line at a time: the page answers in between. */
import { pyramidOf } from './pyramid.ts'
import { lineOf, summary, type Points } from './series.ts'

/** Fewer points than this are made ready with the chart, faster than the page notices. */
const long = 10_000

export async function warm(series: readonly Points[], smoothing: number, logY: boolean): Promise<void> {
  for (const one of series) {
    if (one.values.length < long) continue
    const line = lineOf(one, smoothing)
    summary(line)
    for (const ys of new Set([line.ys, line.smooth])) pyramidOf(ys, logY ? 0 : -Infinity)
    await new Promise((resolve) => setTimeout(resolve))
  }
}
