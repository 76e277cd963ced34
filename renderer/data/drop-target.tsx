/**
 * Files and folders may be dropped anywhere on the window, and imported by command from every screen. What is dropped is looked at,
 * never copied by the drop itself.
 */
import { useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { Icon } from '../ui/icons.tsx'
import { notify } from '../ui/notices.tsx'
import { useCommands } from '../app/commands.ts'
import { showScreen } from '../app/store.ts'
import { chooseSource, look } from './data-actions.ts'
import { showView } from './data-store.ts'
import { takeAgentFiles } from '../trajectories/import-agent/import-agent-feed.ts'
import { takeReport } from '../review/verify-report.tsx'
import { followTasks } from './tasks.ts'
import './drop-target.css'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true

function take(files: FileList | undefined): void {
  const paths = [...(files ?? [])].map((file) => window.lethe.pathForFile(file)).filter(Boolean)
  const [path] = paths
  if (path === undefined || takeAgentFiles(paths) || takeReport(paths)) return
  if (paths.length > 1)
    notify({
      message: 'Only the first of the files was taken.',
      hint: 'Put files that belong together into one folder, and drop the folder.',
    })
  void look(path)
}

/** Milliseconds without a dragover after which nothing is dragged any more. */
const mostSilence = 1200

/** Stands once in the window. */
export function DropTarget() {
  const [over, setOver] = useState(false)
  useEffect(followTasks, [])
  useCommands([
    { id: 'data.folder', run: () => void chooseSource('folder') },
    { id: 'data.file', run: () => void chooseSource('file') },
    {
      id: 'data.trash',
      run: () => {
        showView({ kind: 'trash' })
        showScreen('data')
      },
    },
  ])
  useEffect(() => {
    // While something is dragged over the window, dragover comes several times a second, also when nothing moves. A drag that
    // was given up is known by its silence: not every way of giving up is told.
    let silence: number | undefined
    const leave = () => {
      window.clearTimeout(silence)
      setOver(false)
    }
    const listeners: Partial<Record<string, (event: DragEvent) => void>> = {
      dragenter: () => undefined, // refused, it would not become a drop
      dragover: (event) => {
        if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
        window.clearTimeout(silence)
        silence = window.setTimeout(leave, mostSilence)
        setOver(true)
      },
      dragleave: (event) => {
        if (event.relatedTarget === null) leave()
      },
      drop: (event) => {
        leave()
        if (!document.querySelector('dialog[open]')) take(event.dataTransfer?.files)
      },
    }
    const entries = Object.entries(listeners).map(([type, listener]) => {
      const guarded = (event: Event) => {
        if (!hasFiles(event as DragEvent)) return
        event.preventDefault()
        listener?.(event as DragEvent)
      }
      window.addEventListener(type, guarded)
      return () => window.removeEventListener(type, guarded)
    })
    return () => {
      window.clearTimeout(silence)
      entries.forEach((stop) => stop())
    }
  }, [])
  return over
    ? createPortal(
        <div className="drop-target">
          <div>
            <Icon name="bring" size={28} />
            <p>Drop to look at it</p>
            <p className="faint">
              Images: a folder, or IDX, NPY, NPZ, zip, CIFAR-10. Trajectories: HDF5, NPZ or a Minari folder. Agents: a
              model with its params.json. Audits: report.json, to be verified. Nothing is copied yet.
            </p>
          </div>
        </div>,
        document.body,
      )
    : null
}
