/** The project of this window and those it had before. */
import { useEffect, useState } from 'react'
import type { CallOutput } from '../../main/contract/calls.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icons.tsx'
import { ask } from './bridge.ts'
import { chooseProject, openProject } from './projects.ts'
import { showFailure } from './store.ts'

type Projects = CallOutput<'shell.projects'>

function List({ projects, onClose }: { readonly projects: Projects; readonly onClose: () => void }) {
  const { current, recent } = projects
  return (
    <ul className="projects">
      <li>
        <div className="project-line current" aria-current="true">
          <Icon name="check" />
          <span>{current.name}</span>
          <code>{current.path}</code>
        </div>
      </li>
      {recent.map(({ name, path, missing }) => (
        <li key={path}>
          <button
            type="button"
            className="project-line"
            disabled={missing}
            onClick={() => {
              onClose()
              void openProject(path)
            }}
          >
            <Icon name="folder" />
            <span>
              {name}
              {missing && <small> is not there any more</small>}
            </span>
            <code>{path}</code>
          </button>
        </li>
      ))}
    </ul>
  )
}

function Body({ onClose }: { readonly onClose: () => void }) {
  const [projects, setProjects] = useState<Projects | null>(null)
  const load = () => void ask('shell.projects', {}, showFailure).then(setProjects)
  useEffect(load, [])
  if (!projects) return null
  const forget = () => void ask('shell.forgetProjects', {}, showFailure).then(load)
  return (
    <>
      <List projects={projects} onClose={onClose} />
      <div className="projects-actions">
        <Button
          icon="folder"
          onClick={() => {
            onClose()
            void chooseProject()
          }}
        >
          Open or start another…
        </Button>
        {projects.recent.length > 0 && (
          <Button look="bare" onClick={forget}>
            Forget this list
          </Button>
        )}
      </div>
    </>
  )
}

export function ProjectsDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} title="Projects" onClose={onClose}>
      <Body onClose={onClose} />
    </Dialog>
  )
}
