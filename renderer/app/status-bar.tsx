/** The foot of the window: what is being worked on, what is left to spend, and that nothing leaves the machine. */
import { doneOf, type RunSummary } from '../../main/contract/run.ts'
import { Icon } from '../ui/icons.tsx'
import { keysOf } from './command-table.ts'
import { runCommand } from './commands.ts'
import { selectRun } from './feed.ts'
import { formatBudget, formatBytes, formatRemaining } from './format.ts'
import { openHelp, showScreen, usePage } from './store.ts'

const showRun = (run: string) => {
  showScreen('runs')
  void selectRun(run)
}

function Working({ run }: { readonly run: RunSummary }) {
  const { progress, state, title } = run
  const share = progress ? doneOf(progress) : 0
  const phase = state === 'paused' ? 'paused' : (progress?.phase ?? 'starting')
  return (
    <button type="button" className="status-item working" title="Show this run" onClick={() => showRun(run.id)}>
      <span className="status-bar-track" aria-hidden="true">
        <span style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className="status-words">
        {title} · {phase}
      </span>
      <span className="number status-share">{Math.floor(share * 100)} %</span>
    </button>
  )
}

/** Of the data set that was chosen last, if it has something to protect, else of the first that has. */
function Budget() {
  const current = usePage((state) => state.currentData)
  const sensitive = usePage((state) => state.datasets)?.filter((dataset) => dataset.sensitive)
  const { id, name } = sensitive?.find((dataset) => dataset.id === current) ?? sensitive?.[0] ?? {}
  const ledger = usePage((state) => state.ledgers[id ?? ''])
  if (!ledger || name === undefined) return null
  const { remaining, budget } = ledger.summary
  return (
    <button type="button" className="status-item" title="Show the ledger" onClick={() => showScreen('ledger')}>
      <span className="status-words">{name}</span>
      <span>
        ε <span className="number">{formatRemaining(remaining)}</span> of{' '}
        <span className="number">{formatBudget(budget)}</span> left
      </span>
    </button>
  )
}

function Machine() {
  const memory = usePage((state) => state.pulse?.memory)
  const devices = usePage((state) => state.devices)
  if (!memory || !devices) return null
  const { gpu, cores } = devices
  return (
    <button
      type="button"
      className="status-item machine"
      title={`${devices.cpu.name}; ${formatBytes(memory.available)} of ${formatBytes(memory.total)} memory free`}
      onClick={() => openHelp('diagnostics')}
    >
      <span>{gpu.installed && gpu.name !== null ? gpu.name : `${cores} ${cores === 1 ? 'core' : 'cores'}`}</span>
      <span>
        <span className="number">{formatBytes(memory.available)}</span> free
      </span>
    </button>
  )
}

export function StatusBar() {
  const about = usePage((state) => state.about)
  const working = usePage(({ runs }) => {
    const alive = runs?.filter(({ state }) => state === 'running' || state === 'paused')
    return alive?.find(({ waitsFor }) => waitsFor === null) ?? alive?.[0]
  })
  return (
    <footer className="status-bar" aria-label="Status">
      <button
        type="button"
        className="status-item"
        title={`${about?.project ?? ''}  ${keysOf('window.projects')}`}
        aria-label={`Project ${about?.projectName ?? ''}; open another`}
        onClick={() => runCommand('window.projects')}
      >
        <Icon name="folder" size={13} />
        <span className="status-words">{about?.projectName}</span>
      </button>
      {about?.readOnly && (
        <span className="status-item" title="Opened with --read-only: reviews can be added, nothing else changes">
          Read-only
        </span>
      )}
      {working && <Working run={working} />}
      <span className="status-gap" />
      <Machine />
      <Budget />
      <button
        type="button"
        className="status-item offline"
        title="How this is proven"
        onClick={() => openHelp('offline')}
      >
        <Icon name="offline" size={13} />
        Offline
      </button>
    </footer>
  )
}
