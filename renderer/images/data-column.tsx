/** Left: which data set, what it has left to spend, and the syntheses made so far, those that wait first. */
import type { Dataset } from '../../main/contract/dataset.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { formatBudget, formatCount, formatEpsilon, formatRemaining, formatTime } from '../app/format.ts'
import { showScreen, store, usePage } from '../app/store.ts'
import { StateSign, stateWords } from '../runs/state.tsx'
import { BudgetBar, Button, Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { showPlan, showRun } from './images-feed.ts'
import { setDraft, useDraft } from './images-store.ts'
import { AddDigits } from './no-data.tsx'

function Budget({ dataset }: { readonly dataset: Dataset }) {
  const ledger = usePage((state) => state.ledgers[dataset.id])
  if (!dataset.sensitive) return <p className="images-note">Public: nothing to protect.</p>
  if (!ledger) return null
  const { budget, spent, remaining } = ledger.summary
  return (
    <div className="images-budget">
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
    </div>
  )
}

function Facts({ dataset }: { readonly dataset: Dataset }) {
  const { splits, height, width, channels, classNames, privacyUnit, sensitive } = dataset
  return (
    <div className="images-data-facts">
      <dl>
        {Object.entries(splits).map(([split, { count }]) => (
          <div key={split}>
            <dt>{split}</dt>
            <dd className="number">{formatCount(count)}</dd>
          </div>
        ))}
        <div>
          <dt>pixels</dt>
          <dd className="number">
            {height} × {width}
            {channels === 1 ? '' : ` × ${channels}`}
          </dd>
        </div>
        <div>
          <dt>classes</dt>
          <dd className="number">{classNames.length}</dd>
        </div>
      </dl>
      <Budget dataset={dataset} />
      {sensitive && <p className="images-note">Protects {privacyUnit}.</p>}
    </div>
  )
}

function choose(data: string): void {
  setDraft({ data }, 'data')
  store.setState({ currentData: data })
  showPlan()
}

function DataChoice({ dataset, chosen }: { readonly dataset: Dataset; readonly chosen: boolean }) {
  return (
    <li>
      <label className="images-data">
        <input type="radio" name="images-data" checked={chosen} onChange={() => choose(dataset.id)} />
        <span className="images-data-name">{dataset.name}</span>
        {dataset.sensitive && <Tag meaning="sensitive">sensitive</Tag>}
      </label>
      {chosen && <Facts dataset={dataset} />}
    </li>
  )
}

/** `DP-MERF on MNIST, ε = 1` → `DP-MERF, ε = 1` and `MNIST`: in a narrow column the name of the set goes below. */
function wordsOf(run: RunSummary, datasets: readonly Dataset[]): { title: string; note: string } {
  const { title, state, progress, waitsFor, created } = run
  const dataset = datasets.find(({ name }) => title.includes(` on ${name}, `))
  const short = dataset ? title.replace(` on ${dataset.name}, `, ', ') : title
  const time = formatTime(created, new Date())
  if (waitsFor !== null) return { title: short, note: 'Waits for the run before' }
  if (state === 'running' && progress) return { title: short, note: progress.phase }
  return { title: short, note: `${state === 'succeeded' ? (dataset?.name ?? 'Done') : stateWords[state]}, ${time}` }
}

interface RunsProps {
  readonly title: string
  readonly runs: readonly RunSummary[]
  readonly datasets: readonly Dataset[]
  readonly shown: string | null
}

function Runs({ title, runs, datasets, shown }: RunsProps) {
  if (runs.length === 0) return null
  return (
    <section className="images-runs" aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {runs.map((run) => {
          const words = wordsOf(run, datasets)
          return (
            <li key={run.id}>
              <button
                type="button"
                className="images-item"
                aria-current={run.id === shown ? 'true' : undefined}
                title={run.title}
                onClick={() => showRun(run.id)}
              >
                <StateSign state={run.state} />
                <span>{words.title}</span>
                <span className="images-note">{words.note}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const waits = ({ state, waitsFor }: RunSummary): boolean => state === 'queued' || waitsFor !== null
const works = (run: RunSummary): boolean => !waits(run) && (run.state === 'running' || run.state === 'paused')

export function DataColumn({ datasets, shown }: { datasets: readonly Dataset[]; shown: string | null }) {
  const { data } = useDraft()
  const all = usePage((state) => state.runs) ?? []
  const runs = all.filter(({ kind }) => kind === 'images.synthesize')
  return (
    <aside className="images-left" aria-label="Data and runs">
      <button
        type="button"
        className="images-plan"
        aria-current={shown === null ? 'true' : undefined}
        onClick={showPlan}
      >
        <Icon name="plus" />
        Plan a run
      </button>
      <fieldset className="images-data-list">
        <legend>Data</legend>
        <ul>
          {datasets.map((dataset) => (
            <DataChoice key={dataset.id} dataset={dataset} chosen={dataset.id === data} />
          ))}
        </ul>
        <div className="images-more">
          <Button look="bare" onClick={() => showScreen('data')}>
            Import images…
          </Button>
          {!datasets.some(({ id }) => id === 'mnist') && <AddDigits />}
        </div>
      </fieldset>
      <Runs title="At work" runs={runs.filter(works)} {...{ datasets, shown }} />
      <Runs title="Waiting for the device" runs={runs.filter(waits).reverse()} {...{ datasets, shown }} />
      <Runs
        title="Made here"
        runs={runs.filter((run) => !works(run) && !waits(run)).slice(0, 30)}
        {...{ datasets, shown }}
      />
    </aside>
  )
}
