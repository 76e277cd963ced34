/** The data sets of the project and what each has left to spend. */
import type { Dataset } from '../../main/contract/dataset.ts'
import { capital, formatBudget, formatCount, formatEpsilon, formatRemaining } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { BudgetBar, Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Menu } from '../ui/menu.tsx'
import { useTrajectories } from '../trajectories/trajectories-store.ts'
import { addBuiltIn, chooseSource, removeData } from './data-actions.ts'
import { dataStore, openDataset, showView, useData } from './data-store.ts'
import { DamagedRow } from './damaged-row.tsx'
import { SensitiveTag } from './sensitive-tag.tsx'
import { OtherTasks } from './task-line.tsx'
import { TrajectoryRow } from './trajectory-row.tsx'

/** How many runs charged the budget, also the failed and the cancelled. */
export function Budget({ dataset }: { readonly dataset: Dataset }) {
  const ledger = usePage((state) => state.ledgers[dataset.id])
  if (!dataset.sensitive) return <p className="data-budget faint">Public: nothing to protect</p>
  if (!ledger) return <div className="data-budget" />
  const { budget, spent, remaining } = ledger.summary
  const runs = new Set(ledger.entries.flatMap((entry) => (entry.kind === 'charge' ? [entry.run] : []))).size
  return (
    <div className="data-budget">
      <BudgetBar budget={budget} before={spent} after={spent} />
      <p>
        <span className="spent">
          ε <span className="number">{formatEpsilon(spent)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span> spent
        </span>
        <span>
          <span className="number">{formatRemaining(remaining)}</span> left
        </span>
      </p>
      <p className="faint">{runs === 0 ? 'No run has used it' : runs === 1 ? '1 run' : `${formatCount(runs)} runs`}</p>
    </div>
  )
}

export const shapeOf = ({ height, width, channels }: Pick<Dataset, 'height' | 'width' | 'channels'>): string =>
  `${height} × ${width} pixels, ${channels === 1 ? 'gray' : 'colour'}`

const classesOf = ({ classNames }: Dataset): string =>
  classNames.length === 1 ? 'no classes' : `${formatCount(classNames.length)} classes`

function DatasetRow({ dataset }: { readonly dataset: Dataset }) {
  const { id, name, sensitive, splits, privacyUnit, licence, source } = dataset
  const total = Object.values(splits).reduce((sum, split) => sum + split.count, 0)
  return (
    <li className="dataset">
      <div className="dataset-words">
        <div className="dataset-head">
          <h2>
            <button type="button" className="dataset-open" onClick={() => openDataset(id)}>
              {name}
            </button>
          </h2>
          <SensitiveTag sensitive={sensitive} />
        </div>
        <p className="dataset-shape">
          <span className="number">{formatCount(total)}</span> images · {shapeOf(dataset)} · {classesOf(dataset)}
        </p>
        <p className="faint">
          {sensitive && `Protects ${privacyUnit}. `}
          From {source}. {licence === 'not stated' ? 'Licence not stated' : capital(licence)}.
        </p>
      </div>
      <Budget dataset={dataset} />
      <Menu
        label={`More about ${name}`}
        icon="more"
        items={[
          { label: 'Open', onSelect: () => openDataset(id) },
          { label: 'Export…', onSelect: () => dataStore.setState({ exporting: id }) },
          'line',
          { label: 'Move to the trash', icon: 'trash', danger: true, onSelect: () => void removeData(id) },
        ]}
      />
    </li>
  )
}

export function ImportMenu({ label = 'Import…', large = false, bare = false }) {
  return (
    <Menu
      {...{ label, large, bare }}
      items={[
        { label: 'A folder…', icon: 'folder', onSelect: () => void chooseSource('folder') },
        { label: 'A file…', icon: 'bring', onSelect: () => void chooseSource('file') },
      ]}
    />
  )
}

function BuiltInOffer({ large = false }: { readonly large?: boolean }) {
  const builtIns = useData((state) => state.builtIns)
  const busy = useData((state) => Object.keys(state.tasks).some((task) => task.startsWith('built-in')))
  return builtIns.map(({ id, name, licence }) => (
    <div key={id} className={large ? 'built-in large' : 'built-in'}>
      <Button disabled={busy} onClick={() => void addBuiltIn(id, name)}>
        Add the built-in digits
      </Button>
      <p className="faint">
        {name}, 70 000 handwritten digits. {licence}.
      </p>
    </div>
  ))
}

function Nothing() {
  return (
    <>
      <EmptyState
        icon="bring"
        title="No data yet"
        lead="Drop a folder or a file anywhere on this window, or choose one: images, or trajectories of an agent. You see what it is, and what is wrong with it, before anything is copied."
        actions={
          <>
            <Button look="primary" onClick={() => void chooseSource('folder')}>
              Import a folder…
            </Button>
            <Button onClick={() => void chooseSource('file')}>Import a file…</Button>
          </>
        }
      />
      <div className="built-in-place">
        <BuiltInOffer large />
      </div>
    </>
  )
}

export function DatasetList() {
  const datasets = usePage((state) => state.datasets) ?? []
  const damaged = useData((state) => state.damaged)
  const trashed = useData((state) => state.trash?.length ?? 0)
  const trajectories = useTrajectories((state) => state.sets) ?? []
  const empty = datasets.length === 0 && damaged.length === 0 && trajectories.length === 0
  return (
    <div className="page data-page">
      <header className="data-head">
        <h1>Data</h1>
        <div className="data-actions">
          {trashed > 0 && (
            <Button look="bare" icon="trash" onClick={() => showView({ kind: 'trash' })}>
              Trash <span className="number">{trashed}</span>
            </Button>
          )}
          {!empty && <ImportMenu />}
        </div>
      </header>
      {empty ? (
        <Nothing />
      ) : (
        <>
          <p className="lead">
            The budget belongs to the data: every run on a set adds up, also the failed and the cancelled. Drop a folder
            or a file anywhere to bring in more.
          </p>
          <ul className="datasets">
            {datasets.map((dataset) => (
              <DatasetRow key={dataset.id} dataset={dataset} />
            ))}
            {trajectories.map((set) => (
              <TrajectoryRow key={set.id} set={set} />
            ))}
            {damaged.map((set) => (
              <DamagedRow key={set.id} set={set} />
            ))}
          </ul>
          <BuiltInOffer />
        </>
      )}
      <OtherTasks />
    </div>
  )
}
