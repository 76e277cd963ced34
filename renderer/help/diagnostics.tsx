/** What was looked at on this machine, with a sign, and what to do about each thing that is wrong. */
import { useEffect, useState } from 'react'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { Check } from '../../main/contract/calls/lab.ts'
import { ask } from '../app/bridge.ts'
import { loadDoctor } from '../app/feed.ts'
import { formatBytes } from '../app/format.ts'
import { showFailure, store, usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Icon, type IconName } from '../ui/icons.tsx'
import { notify } from '../ui/notices.tsx'

type Doctor = CallOutput<'lab.doctor'>

const signs: Record<Check['sign'], { readonly icon: IconName; readonly word: string }> = {
  good: { icon: 'check', word: 'good' },
  warning: { icon: 'warning', word: 'look at this' },
  bad: { icon: 'close', word: 'wrong' },
  unknown: { icon: 'help', word: 'not known' },
}

const names: Readonly<Record<string, string>> = {
  lethe: 'Lethe',
  node: 'Node',
  electron: 'Electron',
  chromium: 'Chromium',
  tensorflow: 'TensorFlow',
  platform: 'Platform',
}

/** For a letter to whoever helps: no paths, no names of data. */
export function diagnosticsText({ checks, versions }: Doctor, hidden: Readonly<Record<string, string>>): string {
  const rows = [
    '| check | | found |',
    '| --- | --- | --- |',
    ...checks.map(
      ({ title, sign, found, hint }) => `| ${title} | ${signs[sign].word} | ${found}${hint && `; ${hint}`} |`,
    ),
    '',
    ...Object.entries(versions).map(([name, version]) => `- ${name} ${version}`),
  ]
  return Object.entries(hidden)
    .filter(([text]) => text !== '')
    .reduce((text, [words, name]) => text.replaceAll(words, name), rows.join('\n'))
}

async function copy(doctor: Doctor): Promise<void> {
  const project = store.getState().about?.project ?? ''
  const home = /^(\/(?:home|Users)\/[^/]+|\/root|[A-Z]:\\Users\\[^\\]+)/.exec(project)?.[1] ?? ''
  await navigator.clipboard.writeText(diagnosticsText(doctor, { [project]: '<project>', [home]: '<home>' }))
  notify({ kind: 'done', message: 'Copied, without paths and names of data' })
}

async function saveSupportBundle(): Promise<void> {
  const chosen = await ask(
    'shell.chooseTarget',
    { suggested: 'lethe-support.zip', title: 'Save a support bundle' },
    showFailure,
  )
  if (!chosen?.path) return
  const saved = await ask('lab.supportBundle', { target: chosen.path }, showFailure)
  if (saved)
    notify({
      kind: 'done',
      message: `Support bundle saved, ${formatBytes(saved.bytes)}`,
      hint: 'Versions, checks and logs. No images, figures, paths or names of data; look inside before you send it.',
    })
}

function CheckLine({ check: { title, sign, found, hint } }: { readonly check: Check }) {
  const { icon, word } = signs[sign]
  return (
    <li className={`check ${sign}`}>
      <Icon name={icon} />
      <span className="check-title">
        {title}
        <span className="unseen">: {word}</span>
      </span>
      <span className="check-found">
        {found}
        {hint && <span className="check-hint">{hint}</span>}
      </span>
    </li>
  )
}

/** Known to the window's own process, which the lab cannot ask. */
function useShellChecks(): readonly Check[] | null {
  const [state, setState] = useState<CallOutput<'shell.offlineState'> | null>(null)
  useEffect(() => void ask('shell.offlineState', {}, showFailure).then(setState), [])
  if (!state) return null
  const { attempts, refused, sandboxed } = state
  const tried = `${attempts} refused: ${refused.map(({ process, what, count }) => `${process}, ${what}, ${count} ×`).join('; ')}`
  return [
    {
      id: 'connections',
      title: 'Connections',
      sign: attempts === 0 ? 'good' : 'warning',
      found: attempts === 0 ? 'none was tried since the start' : tried,
      hint: attempts === 0 ? '' : 'Nothing left the machine. Tell whoever looks after Lethe here what tried.',
    },
    {
      id: 'sandbox',
      title: 'Sandbox',
      sign: sandboxed ? 'good' : 'warning',
      found: sandboxed ? 'the window is shut in by the system' : 'off: the window was started with --no-sandbox',
      hint: sandboxed ? '' : 'Start Lethe as an ordinary user, on a system that allows user namespaces.',
    },
  ]
}

export function Diagnostics() {
  const found = usePage((state) => state.doctor)
  const shellChecks = useShellChecks()
  const doctor = found && shellChecks && { ...found, checks: [...found.checks, ...shellChecks] }
  const [looking, setLooking] = useState(false)
  const look = () => {
    setLooking(true)
    void loadDoctor().finally(() => setLooking(false))
  }
  useEffect(() => void loadDoctor(), [])
  if (!doctor) return <p>Looking…</p>
  const wrong = doctor.checks.filter(({ sign }) => sign === 'bad' || sign === 'warning').length
  return (
    <div className="diagnostics">
      <p role="status">
        {wrong === 0 ? 'All is well.' : `${wrong} ${wrong === 1 ? 'thing needs' : 'things need'} a look.`}
      </p>
      <ul className="checks">
        {doctor.checks.map((check) => (
          <CheckLine key={check.id} check={check} />
        ))}
      </ul>
      <h2>Versions</h2>
      <dl className="versions">
        {Object.entries(doctor.versions).map(([name, version]) => (
          <div key={name}>
            <dt>{names[name] ?? name}</dt>
            <dd className="number">{version}</dd>
          </div>
        ))}
      </dl>
      <div className="diagnostics-actions">
        <Button icon="copy" onClick={() => void copy(doctor)}>
          Copy as text
        </Button>
        <Button onClick={() => void saveSupportBundle()}>Save a support bundle…</Button>
        <Button disabled={looking} onClick={look}>
          {looking ? 'Looking…' : 'Run again'}
        </Button>
      </div>
    </div>
  )
}
