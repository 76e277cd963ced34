/** The figures a run has measured so far: name, course, newest value; those that are not private say so. */
import { formatFigure, formatName } from '../app/format.ts'
import { Sparkline, Tag } from '../ui/controls.tsx'
import type { Series } from './run-view.ts'

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
              <td>
                {!one.private && (
                  <Tag meaning="sensitive" icon="eye">
                    not private
                  </Tag>
                )}
              </td>
              <td className="course">
                <Sparkline steps={one.steps} values={one.values} />
              </td>
              <td className="number value">{formatFigure(one.last.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
