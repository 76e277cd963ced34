/** A question or a form in front of the window: the browser's own modal dialog keeps the focus and answers Escape. */
import { useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { Button } from './controls.tsx'
import { Icon } from './icons.tsx'
import { enterLayer, LayerProvider } from './layer.ts'
import './dialog.css'

interface DialogProps {
  readonly open: boolean
  readonly title: string
  /** Asked to close: Escape, the cross. What was typed is lost only if the caller lets it be. */
  readonly onClose: () => void
  readonly footer?: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Dialog({ open, ...rest }: DialogProps) {
  return open ? createPortal(<OpenDialog {...rest} />, document.body) : null
}

/** Where the focus goes first: what asks for it, else the first field, else the main action. */
const firstFocus = ['[data-focus]', '.dialog-body :is(input, select, textarea):enabled', '.button.primary:enabled']

function OpenDialog({ title, onClose, footer, wide = false, children }: Omit<DialogProps, 'open'>) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [layer, setLayer] = useState<HTMLElement>()
  const heading = useId()
  useLayoutEffect(() => {
    const element = dialog.current
    if (!element) return
    element.showModal()
    const target = firstFocus.map((selector) => element.querySelector<HTMLElement>(selector)).find(Boolean)
    target?.focus({ preventScroll: true })
    const leave = enterLayer(element)
    setLayer(element)
    return () => {
      leave()
      element.close() // gives the focus back to where it was
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        if (event.target === event.currentTarget) onClose()
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <LayerProvider value={layer}>
        <header className="dialog-head">
          <h1 id={heading}>{title}</h1>
          <button type="button" className="cross" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div className="dialog-body">{children}</div>
        {footer && <footer className="dialog-foot">{footer}</footer>}
      </LayerProvider>
    </dialog>
  )
}

interface Question {
  readonly title: string
  readonly body: ReactNode
  /** The word on the button that does it. */
  readonly action: string
  /** What it does cannot be undone: the focus starts on Cancel. */
  readonly danger?: boolean
}

/** Asks before something that deserves a second thought. False for Cancel, Escape and the cross. */
export function confirm({ title, body, action, danger = false }: Question): Promise<boolean> {
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      root.unmount()
      place.remove()
      resolve(yes)
    }
    const footer = (
      <>
        <Button onClick={() => answer(false)} {...(danger ? { 'data-focus': true } : {})}>
          Cancel
        </Button>
        <Button look={danger ? 'danger' : 'primary'} onClick={() => answer(true)}>
          {action}
        </Button>
      </>
    )
    root.render(
      <Dialog open title={title} onClose={() => answer(false)} footer={footer}>
        {typeof body === 'string' ? <p>{body}</p> : body}
      </Dialog>,
    )
  })
}
