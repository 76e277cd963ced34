/** What stands in place of every screen when the project cannot be shown at all. */
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { loadAll } from './feed.ts'
import { chooseProject } from './projects.ts'
import { takePulse } from './pulse.ts'
import { openHelp, usePage } from './store.ts'

/** The folder was moved or deleted, or its drive is gone. The window waits for it and goes on by itself. */
export function ProjectGone() {
  const path = usePage((state) => state.about?.project)
  return (
    <section className="trouble-screen" role="alert">
      <Icon name="folder" size={32} />
      <h1>The project folder is not there any more</h1>
      <p>
        It was moved, renamed or deleted, or its drive was disconnected. Bring it back and this window goes on by
        itself.
      </p>
      <code>{path}</code>
      <div className="trouble-actions">
        <Button look="primary" onClick={() => void takePulse()}>
          Look again
        </Button>
        <Button onClick={() => void chooseProject()}>Choose another project…</Button>
        <Button look="bare" onClick={() => openHelp('project-missing')}>
          What this means
        </Button>
      </div>
    </section>
  )
}

/** Until the lab has answered once; where it answers with a reason why not, that is all there is. */
export function Unopened() {
  const failure = usePage((state) => state.failure)
  if (!failure) return <p className="opening">Opening the project…</p>
  return (
    <section className="trouble-screen" role="alert">
      <Icon name="warning" size={32} />
      <h1>The project could not be opened</h1>
      <p>
        {failure.message} {failure.hint}
      </p>
      <div className="trouble-actions">
        <Button look="primary" onClick={() => void loadAll()}>
          Try again
        </Button>
        <Button onClick={() => void chooseProject()}>Choose another project…</Button>
        <Button look="bare" onClick={() => openHelp(failure.code)}>
          What this means
        </Button>
      </div>
    </section>
  )
}

/** A project on a read-only disk can be looked at; said once, above every screen. */
export function ReadOnly() {
  const readOnly = usePage((state) => state.pulse?.project === 'read-only')
  if (!readOnly) return null
  return (
    <p className="read-only" role="status">
      <Icon name="warning" size={14} />
      This project cannot be written: look, but nothing can run.
      <button type="button" className="link" onClick={() => openHelp('folder-read-only')}>
        What to do
      </button>
    </p>
  )
}
