/** The chart for those who do not see it: each line in figures. */
import { formatFigure } from '../app/format.ts'
import { lineOf, summary, type Series } from './series.ts'

export function SeriesTable({
  label,
  xLabel,
  series,
}: {
  readonly label: string
  readonly xLabel: string
  readonly series: readonly Series[]
}) {
  return (
    <table className="unseen">
      <caption>{label}</caption>
      <thead>
        <tr>
          {['Line', 'Points', 'Last', 'Lowest', `Lowest at ${xLabel}`, 'Highest', `Highest at ${xLabel}`].map(
            (head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {series.map((one) => {
          const { points, last, lowest, lowestStep, highest, highestStep } = summary(lineOf(one, 0))
          return (
            <tr key={one.id}>
              <th scope="row">{one.private === false ? `${one.name}, not private` : one.name}</th>
              {[points, last, lowest, lowestStep, highest, highestStep].map((value, index) => (
                <td key={index}>{Number.isNaN(value) ? '–' : formatFigure(value)}</td>
              ))}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
