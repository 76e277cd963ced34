/** What an agent would return where it was not played: each figure with its interval, on one scale. Discounted, and never in one table with returns. */
import type { Estimate } from '../../main/contract/estimate.ts'
import { formatFigure } from '../app/format.ts'
import { Explain } from '../ui/hint.tsx'
import type { OutcomeFacts } from './outcome-words.ts'

interface Row {
  readonly name: string
  readonly value: number
  readonly low: number
  readonly high: number
}

const rowOf = (name: string, of: { readonly [part in 'value' | 'low' | 'high']: number | null } | undefined): Row[] =>
  of && of.value !== null && of.low !== null && of.high !== null
    ? [{ name, value: of.value, low: of.low, high: of.high }]
    : []

const shown = (value: number): string => formatFigure(Number(value.toPrecision(4)))

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  const [low, high] = [Math.min(...rows.map((row) => row.low)), Math.max(...rows.map((row) => row.high))]
  const place = (value: number): number => (high > low ? (100 * (value - low)) / (high - low) : 50)
  return rows.map((row) => (
    <tr key={row.name}>
      <th scope="row">{row.name}</th>
      <td className="number">{shown(row.value)}</td>
      <td className="before-after-track" aria-hidden="true">
        <span className="track">
          <i style={{ left: `${place(row.low)}%`, width: `${place(row.high) - place(row.low)}%` }} />
          <b className="to" style={{ left: `${place(row.value)}%` }} />
        </span>
      </td>
      <td className="number">
        {shown(row.low)} … {shown(row.high)}
      </td>
    </tr>
  ))
}

const beyondWords = ({ behaviour: { beyond } }: Estimate): string =>
  beyond > 0.01
    ? ` Records that were cut end early: ${(100 * beyond).toFixed(0)} % of the weight lies beyond, which only the estimate counts.`
    : ''

export function Estimates({ outcome }: { readonly outcome: OutcomeFacts }) {
  const { estimate, before, after, simulated } = outcome
  const given = estimate ?? after?.estimate
  if (!given) return null
  const rows = [
    ...rowOf('Estimate', estimate),
    ...rowOf('Estimate before', before?.estimate),
    ...rowOf('Estimate after', after?.estimate),
    ...rowOf('Recorded episodes', given.behaviour),
    ...rowOf('Played, discounted alike', simulated),
  ]
  return (
    <>
      {given.problem !== null && <p>No estimate. {given.problem}</p>}
      <table className="before-after">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Figure</span>
            </th>
            <th scope="col">Discounted</th>
            <td />
            <th scope="col">95 %</th>
          </tr>
        </thead>
        <tbody>
          <Rows rows={rows} />
        </tbody>
      </table>
      <p className="trajectories-note">
        An estimate from recorded episodes, not a measurement. Rewards count γ = {given.discount} of the step before.
        The bar is the spread of {given.members} fits, not a guarantee; it does not cover actions that the data never
        took.
        {beyondWords(given)} <Explain page="forgetting#estimates" term="estimates" />
      </p>
    </>
  )
}
