/** The report of an audit, chosen or dropped: whether it holds by itself, and held against this project. From any screen. */
import { useEffect, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import type { ReportVerification } from '../../main/contract/audit.ts'
import type { CallInput } from '../../main/contract/calls.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { formatTime } from '../app/format.ts'
import { openHelp, showFailure } from '../app/store.ts'
import { Button, Copyable } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Facts } from '../ui/facts.tsx'
import { Icon } from '../ui/icons.tsx'
import { Checks } from './item-view.tsx'
import { ProblemTable } from './refused.tsx'
import './review.css'

const titles = {
  agrees: 'This report agrees with the project',
  consistent: 'This report is consistent in itself',
  fails: 'This report does not hold',
} as const
const icons = { agrees: 'check', consistent: 'info', fails: 'warning' } as const

type Report = CallInput<'audit.verify'>

/** Told by the end of its name; what it holds is for the lab to say. */
export const isReport = (path: string): boolean => /\.(json|html)$/i.test(path)

export async function chooseReport(): Promise<void> {
  const title = 'Verify the report of an audit: report.json'
  const chosen = await ask('shell.chooseSource', { kind: 'file', title }, showFailure)
  if (chosen?.path) verifyReport({ path: chosen.path })
}

/** Files that were dropped on the window, a report with its page too: false where they are none. */
export function takeReport(paths: readonly string[]): boolean {
  const [path] = paths
  if (path === undefined || !paths.every(isReport)) return false
  verifyReport({ path })
  return true
}

interface FoundProps {
  readonly found: ReportVerification
  readonly report: Report
}

function Of({ found: { of, seal }, report }: FoundProps) {
  const rows: [name: string, value: ReactNode][] = []
  if ('path' in report) rows.push(['File', <Copyable text={report.path} label="Copy the path of the report" />])
  if (of) {
    const ended = of.ended ? `audited ${formatTime(of.ended, new Date())}, ` : ''
    rows.push(['Audit', of.title], ['Run', of.run])
    rows.push(['Made', `${ended}written by Lethe ${of.version}`])
  }
  if (seal !== null) rows.push(['Seal', <Copyable text={seal} label="Copy the seal" />])
  return <Facts className="review-facts report-facts" rows={rows} />
}

const parts = [
  { against: 'itself', title: 'By itself' },
  { against: 'project', title: 'Against this project' },
] as const

function Found({ found, report }: FoundProps) {
  const { result, words, problems, checks } = found
  return (
    <>
      <p className={result === 'fails' ? 'review-sum fails' : 'review-sum'} role="status">
        <Icon name={icons[result]} />
        {words}
      </p>
      <Of {...{ found, report }} />
      {checks.length > 0 && (
        <div className="report-checks">
          {parts.map(({ against, title }) => (
            <section key={against}>
              <h2>{title}</h2>
              <Checks checks={checks.filter((one) => one.against === against)} />
            </section>
          ))}
        </div>
      )}
      {problems.length > 0 && <ProblemTable problems={problems} />}
    </>
  )
}

/** Before it shows that something takes a while. */
const patienceMs = 400

function Verification({ report, onEnd }: { readonly report: Report; readonly onEnd: () => void }) {
  const [found, setFound] = useState<ReportVerification | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs)
    void ask('audit.verify', report, setFailure).then(setFound)
    return () => clearTimeout(timer)
  }, [report])
  if (!found && !failure && !late) return null
  const leaveFor = (next: () => void) => () => {
    onEnd()
    next()
  }
  return (
    <Dialog
      open
      wide
      title={found ? titles[found.result] : failure ? 'This cannot be verified' : 'Checking the report…'}
      onClose={onEnd}
      footer={
        <>
          <span className="aside">
            <Button look="bare" onClick={leaveFor(() => openHelp('audit#audit-report'))}>
              What is checked
            </Button>
          </span>
          <Button onClick={leaveFor(() => void chooseReport())}>Verify another…</Button>
          <Button look="primary" onClick={onEnd}>
            Close
          </Button>
        </>
      }
    >
      {found && <Found {...{ found, report }} />}
      {failure && (
        <>
          <p>{failure.message}</p>
          <p>{failure.hint}</p>
        </>
      )}
      {!found && !failure && <p>Its hashes, verdicts and shares are computed again.</p>}
    </Dialog>
  )
}

export function verifyReport(report: Report): void {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  root.render(
    <Verification
      report={report}
      onEnd={() => {
        root.unmount()
        place.remove()
      }}
    />,
  )
}
