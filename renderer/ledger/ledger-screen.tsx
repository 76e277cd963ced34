/** What was asked of each data set, in order, and what it has cost. Entries are never taken back. */
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import type { CallOutput } from '../../main/contract/calls.ts'
import { loadLedger } from '../app/feed.ts'
import { formatBudget, formatCount, formatEpsilon, formatFigure, formatRemaining } from '../app/format.ts'
import { showScreen, usePage } from '../app/store.ts'
import { BudgetBar, Button, Tag } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { SelectField } from '../ui/field.tsx'
import { Explain } from '../ui/hint.tsx'
import { Menu } from '../ui/menu.tsx'
import { AccountsTable } from './accounts.tsx'
import { BudgetDialog } from './budget-dialog.tsx'
import { CourseChart } from './course-chart.tsx'
import { EntriesTable } from './entries-table.tsx'
import { filtered, kindWords, promise, runsIn, shortRun, type EntryFilter } from './entry-words.ts'
import { chooseLedger, exportLedger, loadCourse, loadLedgers, useLedgers } from './ledger-store.ts'
import { VerificationLine } from './verification.tsx'
import './ledger.css'

type Ledger = CallOutput<'ledger.show'>

function Entries({ entries }: { readonly entries: Ledger['entries'] }) {
  const [filter, setFilter] = useState<EntryFilter>({ kind: 'all', run: 'all' })
  const shown = useMemo(() => filtered(entries, filter), [entries, filter])
  const kinds = Object.entries(kindWords) as [keyof typeof kindWords, string][]
  return (
    <section className="entries">
      <header>
        <h2>
          Entries <span className="number">{formatCount(shown.length)}</span>
        </h2>
        <SelectField
          label="Kind"
          value={filter.kind}
          onChange={(kind) => setFilter({ ...filter, kind })}
          options={[
            { value: 'all' as const, label: 'Every kind' },
            ...kinds.map(([value, label]) => ({ value, label })),
          ]}
        />
        <SelectField
          label="Run"
          value={filter.run}
          onChange={(run) => setFilter({ ...filter, run })}
          options={[
            { value: 'all', label: 'Every run' },
            ...runsIn(entries).map((value) => ({ value, label: shortRun(value) })),
          ]}
        />
      </header>
      <EntriesTable entries={shown} />
    </section>
  )
}

function Summary({ summary, entries }: Ledger) {
  const { budget, spent, remaining, delta, nonPrivateReads } = summary
  return (
    <section className="ledger-summary">
      <p className="ledger-promise">{promise(summary)}</p>
      {entries.some((entry) => entry.kind === 'charge' && entry.mode === 'research') && (
        <p className="plum research">
          Runs in research mode are counted here all the same, but their noise comes from a known seed: what they made
          carries no such promise and must not be released.
        </p>
      )}
      <BudgetBar budget={budget} before={spent} after={spent} />
      <dl>
        <div>
          <dt>
            Spent <Explain page="privacy#epsilon" term="ε" />
          </dt>
          <dd className="number spent">ε {formatEpsilon(spent)}</dd>
        </div>
        <div>
          <dt>Left</dt>
          <dd className="number">{formatRemaining(remaining)}</dd>
        </div>
        <div>
          <dt>Budget</dt>
          <dd className="number">{formatBudget(budget)}</dd>
        </div>
        <div>
          <dt>δ</dt>
          <dd className="number">{formatFigure(delta)}</dd>
        </div>
        <div>
          <dt>Reads without noise</dt>
          <dd className={nonPrivateReads > 0 ? 'number plum' : 'number'}>{formatCount(nonPrivateReads)}</dd>
        </div>
      </dl>
      {nonPrivateReads > 0 && (
        <p className="plum reads">
          Reads without noise cost no budget and are covered by no ε: what was learnt from them must not be released.
        </p>
      )}
    </section>
  )
}

type Row = CallOutput<'ledger.list'>[number]

function DataLedger({ data, name, present, choice }: Row & { readonly choice: ReactNode }) {
  const ledger = usePage((state) => state.ledgers[data])
  const course = useLedgers((state) => state.courses[data])
  const [changing, setChanging] = useState(false)
  const entries = ledger?.entries.length
  useEffect(() => void loadLedger(data), [data])
  useEffect(() => {
    if (entries !== undefined) void loadCourse(data)
  }, [data, entries])
  if (!ledger) return null
  return (
    <section className="data-ledger" aria-label={`Ledger of ${name}`}>
      <header className="ledger-head">
        {choice ?? <h2>{name}</h2>}
        {!present && <Tag>removed; its ledger is kept</Tag>}
        <div>
          <Button onClick={() => setChanging(true)}>Change the budget…</Button>
          <Menu
            label="Export"
            items={[
              { label: 'As CSV…', onSelect: () => void exportLedger(data, 'csv') },
              { label: 'As JSON…', onSelect: () => void exportLedger(data, 'json') },
            ]}
          />
        </div>
      </header>
      <Summary {...ledger} />
      <div className="ledger-figures">
        {course ? <CourseChart course={course} /> : <div className="course" />}
        <AccountsTable accounts={ledger.summary.accounts} />
      </div>
      <VerificationLine data={data} />
      <Entries entries={ledger.entries} />
      {changing && <BudgetDialog {...{ data, name }} summary={ledger.summary} onClose={() => setChanging(false)} />}
    </section>
  )
}

function Choice({ rows, current }: { readonly rows: readonly Row[]; readonly current: Row }) {
  return (
    <SelectField
      label="Data set"
      value={current.data}
      onChange={chooseLedger}
      options={rows.map(({ data, name, present }) => ({ value: data, label: present ? name : `${name} (removed)` }))}
    />
  )
}

export function LedgerScreen() {
  const list = useLedgers((state) => state.list)
  const datasets = usePage((state) => state.datasets)
  const wanted = usePage((state) => state.currentData)
  useEffect(() => void loadLedgers(), [datasets])
  if (list === null || datasets === null) return null
  // Public data has a ledger too, in which nothing is ever charged.
  const shown = list.filter(({ data }) => datasets.find(({ id }) => id === data)?.sensitive !== false)
  const current = shown.find(({ data }) => data === wanted) ?? shown[0]
  return (
    <div className="page ledger-page">
      <h1>Ledger</h1>
      {current ? (
        <DataLedger
          key={current.data}
          {...current}
          choice={shown.length > 1 ? <Choice rows={shown} current={current} /> : null}
        />
      ) : (
        <EmptyState
          icon="ledger"
          title="Nothing to account for yet"
          lead="The ledger of a sensitive data set opens when it is imported. Every run is charged there before it takes a private step, and never un-charged."
          actions={<Button onClick={() => showScreen('data')}>Go to the data</Button>}
        />
      )}
    </div>
  )
}
