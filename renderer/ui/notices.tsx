/** What happened, said at the foot of the window; what can be taken back is, by its button or Ctrl+Z. */
import { useEffect, useSyncExternalStore } from 'react'
import { createPortal } from 'react-dom'
import { openHelp } from '../app/store.ts'
import { Button } from './controls.tsx'
import { Icon, type IconName } from './icons.tsx'
import { Keys } from './keys.tsx'
import { useTopLayer } from './layer.ts'
import { createNotices, type Notice, type NoticeKind, type ShownNotice } from './notice-list.ts'
import './notices.css'

const notices = createNotices({
  start(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  isHeld: () => document.querySelector('.notices:is(:hover, :focus-within)') !== null,
})

export const notify = (notice: Notice): void => notices.notify(notice)

const icons: Record<NoticeKind, IconName> = { info: 'info', done: 'check', failed: 'warning' }

function OneNotice({ notice, undoKey }: { readonly notice: ShownNotice; readonly undoKey: boolean }) {
  const { id, kind, message, hint, code, undo, open } = notice
  const goThere = () => {
    notices.dismiss(id)
    open?.run()
  }
  return (
    <div className={`notice ${kind}`} role={kind === 'failed' ? 'alert' : undefined}>
      <Icon name={icons[kind]} />
      <div className="notice-words">
        <p>{message}</p>
        {hint && <p className="notice-hint">{hint}</p>}
        {code && (
          <button type="button" className="link" onClick={() => openHelp(code)}>
            What this means
          </button>
        )}
      </div>
      {open && (
        <Button look="bare" onClick={goThere}>
          {open.label}
        </Button>
      )}
      {undo && (
        <Button look="bare" icon="undo" onClick={() => notices.undo(id)}>
          {undo.label}
          {undoKey && <Keys keys="Ctrl+Z" />}
        </Button>
      )}
      <button type="button" className="cross" aria-label="Dismiss" onClick={() => notices.dismiss(id)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}

/** Ctrl+Z belongs to the text field one types in; everywhere else it takes back what a notice offers. */
const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('textarea, input:not([type=checkbox], [type=radio], [type=range])'))

function useUndoKey() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z'
      if (isUndo && !isTyping(event.target) && notices.undoLast()) event.preventDefault()
    }
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [])
}

/** Stands once in the window. */
export function Notices() {
  const shown = useSyncExternalStore(notices.listen, notices.list)
  const layer = useTopLayer()
  useUndoKey()
  const lastUndo = shown.filter(({ undo }) => undo).at(-1)
  return createPortal(
    <div className="notices" role="region" aria-label="Notices" aria-live="polite">
      {shown.map((notice) => (
        <OneNotice key={notice.id} notice={notice} undoKey={notice === lastUndo} />
      ))}
    </div>,
    layer,
  )
}
