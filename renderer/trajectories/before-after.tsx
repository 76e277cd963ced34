/** Returns and values before and after an unlearning: each a line from a hollow to a full dot, the values on one scale. */
import { formatFigure } from '../app/format.ts'
import type { Measured } from './outcome-words.ts'

interface Row {
  readonly name: string
  readonly before: number
  readonly after: number
}

const kinds = [
  { id: 'forgotten', name: 'Value, forgotten episodes' },
  { id: 'remaining', name: 'Value, remaining' },
  { id: 'unseen', name: 'Value, never seen' },
] as const

const change = ({ before, after }: Row): string => {
  const percent = (100 * (after - before)) / (Math.abs(before) || 1)
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0)} %`
}

/** From the lowest of all, or zero, to the highest. */
function scaleOf(rows: readonly Row[]): (value: number) => number {
  const all = rows.flatMap(({ before, after }) => [before, after])
  const low = Math.min(0, ...all)
  const span = Math.max(0, ...all) - low || 1
  return (value) => ((value - low) / span) * 100
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const place = scaleOf(rows)
  return rows.map((row) => {
    const [from, to] = [place(row.before), place(row.after)]
    return (
      <tr key={row.name}>
        <th scope="row">{row.name}</th>
        <td className="number">{formatFigure(row.before)}</td>
        <td className="before-after-track" aria-hidden="true">
          <span className="track">
            <i style={{ left: `${Math.min(from, to)}%`, width: `${Math.abs(to - from)}%` }} />
            <b className="from" style={{ left: `${from}%` }} />
            <b className="to" style={{ left: `${to}%` }} />
          </span>
        </td>
        <td className="number">{formatFigure(row.after)}</td>
        <td className="number">{change(row)}</td>
      </tr>
    )
  })
}

export function BeforeAfter({ before, after }: { readonly before: Measured; readonly after: Measured }) {
  const values = kinds.flatMap(({ id, name }): Row[] => {
    const [from, to] = [before.values[id], after.values[id]]
    return from === null || to === null ? [] : [{ name, before: from, after: to }]
  })
  const returns: Row[] =
    before.evaluation && after.evaluation
      ? [{ name: 'Return', before: before.evaluation.mean, after: after.evaluation.mean }]
      : []
  return (
    <table className="before-after">
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">Figure</span>
          </th>
          <th scope="col">Before</th>
          <td />
          <th scope="col">After</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        <Rows rows={returns} />
        <Rows rows={values} />
      </tbody>
    </table>
  )
}
