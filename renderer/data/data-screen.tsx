/** The data sets of the project and what each has left to spend. */
import type { Dataset } from '../../main/contract/dataset.ts'
import { capital, formatBudget, formatCount, formatEpsilon, formatRemaining } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { BudgetBar, Tag } from '../ui/controls.tsx'
import './data.css'

function Budget({ dataset }: { readonly dataset: Dataset }) {
  const ledger = usePage((state) => state.ledgers[dataset.id])
  if (!dataset.sensitive) return <p className="data-budget faint">nothing to protect</p>
  if (!ledger) return null
  const { budget, spent, remaining } = ledger.summary
  return (
    <div className="data-budget">
      <BudgetBar budget={budget} before={spent} after={spent} />
      <p>
        <span>
          ε <span className="number">{formatEpsilon(spent)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span> spent
        </span>
        <span>
          <span className="number">{formatRemaining(remaining)}</span> left
        </span>
      </p>
    </div>
  )
}

function DatasetRow({ dataset }: { readonly dataset: Dataset }) {
  const { name, sensitive, splits, height, width, channels, classNames, privacyUnit, licence, source } = dataset
  const counts = Object.entries(splits).map(([split, { count }]) => `${formatCount(count)} ${split}`)
  return (
    <li className="dataset">
      <div className="dataset-head">
        <h2>{name}</h2>
        {sensitive ? (
          <Tag meaning="sensitive" icon="eye">
            sensitive
          </Tag>
        ) : (
          <Tag>public</Tag>
        )}
      </div>
      <p className="dataset-shape">
        {counts.join(' · ')} · {`${height} × ${width}${channels === 1 ? '' : ` × ${channels}`} pixels`} ·{' '}
        {classNames.length} classes
      </p>
      <p className="faint">
        {sensitive && `Protects ${privacyUnit}. `}
        {capital(source)}. {licence}.
      </p>
      <Budget dataset={dataset} />
    </li>
  )
}

export function DataScreen() {
  const datasets = usePage((state) => state.datasets)
  if (datasets === null) return null
  return (
    <div className="page">
      <h1>Data</h1>
      {datasets.length === 0 ? (
        <p className="lead">
          This project has no data yet. The demo brings its own; more is imported with the terminal for now: lethe data
          import.
        </p>
      ) : (
        <>
          <p className="lead">
            The budget belongs to the data: every run on a set adds up, also the failed and the cancelled.
          </p>
          <ul className="datasets">
            {datasets.map((dataset) => (
              <DatasetRow key={dataset.id} dataset={dataset} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
