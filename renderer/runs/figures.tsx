/** The figures a run has measured so far: name, course, newest value; those that are not private say so. */
import { formatFigure, formatName } from '../app/format.ts'
import { Sparkline, Tag } from '../ui/controls.tsx'
import type { Series } from './run-view.ts'

const sparkPoints = 160

/** Every how many-th point, so that a small picture of a long course stays cheap. */
function sparse(column: Float64Array): number[] {
  const every = Math.ceil(column.length / sparkPoints)
  const kept: number[] = []
  for (let place = column.length - 1; place >= 0; place -= every) kept.push(column[place] ?? NaN)
  return kept.reverse()
}

export function Figures({ series }: { readonly series: Readonly<Record<string, Series>> }) {
  const rows = Object.entries(series)
  if (rows.length === 0) return null
  return (
    <section className="figures">
      <h2>Figures</h2>
      <table>
        <thead className="unseen">
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Privacy</th>
            <th scope="col">Course</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, one]) => (
            <tr key={name}>
              <td>{formatName(name)}</td>
              <td>{!one.private && <NotPrivate />}</td>
              <td className="course">
                <Sparkline steps={sparse(one.steps)} values={sparse(one.values)} />
              </td>
              <td className="number value">{formatFigure(one.last.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Beside every figure that was computed from private data without noise. */
export function NotPrivate() {
  return (
    <Tag meaning="sensitive" icon="eye">
      not private
    </Tag>
  )
}
