/** What a chart gives away: its points as text, or the picture as it stands, with what the lines are called. */
import { notify } from '../ui/notices.tsx'
import { resolveColour } from './colours.ts'
import { toCsv, type Series } from './series.ts'

const failed = () =>
  notify({ message: 'The clipboard did not take it', hint: 'Click into the window and try again.', kind: 'failed' })

export function copyCsv(xLabel: string, series: readonly Series[]): void {
  navigator.clipboard
    .writeText(toCsv(xLabel, series))
    .then(() => notify({ message: 'Points copied as CSV', kind: 'done' }), failed)
}

export function copyPicture(
  chart: HTMLCanvasElement,
  title: string,
  series: readonly Series[],
  lines: readonly { readonly colour: string }[],
): void {
  const picture = drawPicture(chart, title, series, lines)
  const blob = new Promise<Blob>((resolve, reject) =>
    picture.toBlob((made) => (made ? resolve(made) : reject(new Error('no picture'))), 'image/png'),
  )
  navigator.clipboard
    .write([new ClipboardItem({ 'image/png': blob })])
    .then(() => notify({ message: 'Picture copied', kind: 'done' }), failed)
}

function drawPicture(
  chart: HTMLCanvasElement,
  title: string,
  series: readonly Series[],
  lines: readonly { readonly colour: string }[],
): HTMLCanvasElement {
  const scale = devicePixelRatio
  const [head, row, margin] = [40 * scale, 20 * scale, 16 * scale]
  const picture = document.createElement('canvas')
  picture.width = chart.width + 2 * margin
  picture.height = head + chart.height + series.length * row + margin
  const context = picture.getContext('2d')
  if (!context) return picture
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => resolveColour(`var(${name})`, style)
  context.fillStyle = colour('--sheet')
  context.fillRect(0, 0, picture.width, picture.height)
  context.fillStyle = colour('--ink')
  context.textBaseline = 'middle'
  context.font = `500 ${14 * scale}px 'Fira Sans'`
  context.fillText(title, margin, head / 2)
  context.drawImage(chart, margin, head)
  context.font = `400 ${12 * scale}px 'Fira Sans'`
  series.forEach((one, index) => {
    const y = head + chart.height + (index + 0.5) * row
    context.fillStyle = resolveColour(lines[index]?.colour ?? '', style)
    context.fillRect(margin, y - scale, 18 * scale, 2 * scale)
    context.fillStyle = colour(one.private === false ? '--sensitive' : '--ink')
    context.fillText(one.private === false ? `${one.name} (not private)` : one.name, margin + 26 * scale, y)
  })
  return picture
}
