/** What was asked of each sensitive data set, in order, and what it has cost. Entries are never taken back. */
import { useEffect } from 'react'
import type { LedgerEntry } from '../../main/contract/privacy.ts'
import { loadLedger } from '../app/feed.ts'
import { formatBudget, formatEpsilon, formatFigure, formatRemaining, formatTime } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { BudgetBar, Tag } from '../ui/controls.tsx'
import './ledger.css'

function wordsOf(entry: LedgerEntry): { readonly what: string; readonly noise: string; readonly run: string } {
  switch (entry.kind) {
    case 'open':
      return {
        what: `Opened with a budget of ε ${formatBudget(entry.budget)}`,
        noise: `δ ${formatFigure(entry.delta)}`,
        run: '',
      }
    case 'charge': {
      const { event } = entry
      const noise =
        event.kind === 'pure'
          ? `ε ${formatFigure(event.epsilon)} × ${event.count}`
          : `σ ${formatFigure(event.noiseMultiplier)}${event.rate < 1 ? `, q ${formatFigure(event.rate)}` : ''} × ${event.steps}`
      return { what: `${entry.stage}, ${entry.account} split`, noise, run: entry.run }
    }
    case 'read':
      return { what: `${entry.what}, ${entry.split} split`, noise: 'none', run: entry.run }
    case 'budget':
      return { what: `Budget changed to ε ${formatBudget(entry.budget)}: ${entry.reason}`, noise: '', run: '' }
  }
}

const kindWords = { open: 'opened', charge: 'charge', read: 'read without noise', budget: 'budget' } as const

function EntryRow({ entry }: { readonly entry: LedgerEntry }) {
  const { what, noise, run } = wordsOf(entry)
  return (
    <tr>
      <td className="number">{entry.seq}</td>
      <td>{entry.kind === 'read' ? <Tag meaning="sensitive">{kindWords.read}</Tag> : kindWords[entry.kind]}</td>
      <td>{what}</td>
      <td className="number">{noise}</td>
      <td className="number run" title={run}>
        {run.slice(-6)}
      </td>
      <td>{formatTime(entry.time, new Date())}</td>
      <td className="number hash" title={entry.hash}>
        {entry.hash.slice(0, 8)}
      </td>
    </tr>
  )
}

function DataLedger({ data, name }: { readonly data: string; readonly name: string }) {
  const ledger = usePage((state) => state.ledgers[data])
  useEffect(() => void loadLedger(data), [data])
  if (!ledger) return null
  const { budget, spent, remaining } = ledger.summary
  return (
    <section className="data-ledger">
      <header>
        <h2>{name}</h2>
        <p>
          <span className="spent">
            ε <span className="number">{formatEpsilon(spent)}</span> of{' '}
            <span className="number">{formatBudget(budget)}</span> spent
          </span>
          , <span className="number">{formatRemaining(remaining)}</span> left
        </p>
        <BudgetBar budget={budget} before={spent} after={spent} />
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Entry</th>
            <th scope="col">What</th>
            <th scope="col">Noise</th>
            <th scope="col">Run</th>
            <th scope="col">Time</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {ledger.entries.map((entry) => (
            <EntryRow key={entry.seq} entry={entry} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function LedgerScreen() {
  const datasets = usePage((state) => state.datasets)
  if (datasets === null) return null
  const sensitive = datasets.filter((dataset) => dataset.sensitive)
  return (
    <div className="page">
      <h1>Ledger</h1>
      <p className="lead">
        {sensitive.length === 0
          ? 'Nothing was charged yet: the ledger of a data set opens when it is imported.'
          : 'Charged before a private step is taken, chained by hash, never un-charged.'}
      </p>
      {sensitive.map(({ id, name }) => (
        <DataLedger key={id} data={id} name={name} />
      ))}
    </div>
  )
}
