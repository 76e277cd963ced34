/** What keys there are, and what this installation is made of. */
import { useEffect } from 'react'
import { loadDoctor } from '../app/feed.ts'
import { usePage } from '../app/store.ts'
import { Copyable } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import './help.css'

const keys: readonly [string, string][] = [
  ['Ctrl 1 … 4', 'Data, runs, ledger, help'],
  ['↑ ↓', 'Through the list of runs'],
  ['Esc', 'Put a message away'],
  ['Ctrl + −', 'Larger and smaller'],
  ['F11', 'Whole screen'],
]

function Installation() {
  const doctor = usePage((state) => state.doctor)
  const about = usePage((state) => state.about)
  useEffect(() => void loadDoctor(), [])
  if (!doctor) return <p className="faint">Looking…</p>
  return (
    <>
      <dl className="facts">
        <dt>Lethe</dt>
        <dd className="number">{about?.version}</dd>
        <dt>Project</dt>
        <dd>{about && <Copyable text={about.project} label="Copy the path of the project" />}</dd>
        <dt>Engine</dt>
        <dd>
          {doctor.backend.name}, {doctor.backend.device}
        </dd>
        {Object.entries(doctor.versions).map(([name, version]) => (
          <div key={name} className="fact-row">
            <dt>{name}</dt>
            <dd className="number">{version}</dd>
          </div>
        ))}
      </dl>
      <ul className="problems">
        {doctor.problems.length === 0 ? (
          <li>
            <Icon name="check" />
            <p>Nothing is missing.</p>
          </li>
        ) : (
          doctor.problems.map(({ code, message, hint }) => (
            <li key={code + message}>
              <Icon name="warning" />
              <p>
                {message} <span className="faint">{hint}</span>
              </p>
            </li>
          ))
        )}
      </ul>
    </>
  )
}

export function HelpScreen() {
  return (
    <div className="page help">
      <h1>Help</h1>
      <p className="lead">
        Everything here works without a network. The whole of what you see can also be done in a terminal; lethe --help
        tells how.
      </p>
      <section>
        <h2>Keys</h2>
        <dl className="facts">
          {keys.map(([key, meaning]) => (
            <div key={key} className="fact-row">
              <dt className="number">{key}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h2>This installation</h2>
        <Installation />
      </section>
    </div>
  )
}
