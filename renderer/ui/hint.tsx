/** Words that appear beside what they explain, on hovering and on focus. */
import type { ReactElement } from 'react'
import { Content, Portal, Provider, Root, Trigger } from 'radix-ui/tooltip'
import { openHelp } from '../app/store.ts'
import { useLayer } from './layer.ts'
import './hint.css'

interface HintProps {
  readonly text: string
  /** One element that can have the focus. */
  readonly children: ReactElement
}

export function Hint({ text, children }: HintProps) {
  const layer = useLayer()
  return (
    <Provider delayDuration={400} disableHoverableContent>
      <Root>
        <Trigger asChild>{children}</Trigger>
        <Portal container={layer ?? null}>
          <Content className="hint" sideOffset={6} collisionPadding={8}>
            {text}
          </Content>
        </Portal>
      </Root>
    </Provider>
  )
}

interface ExplainProps {
  readonly page: string
  /** What is explained, as it is called here. */
  readonly term?: string
}

/** A small question mark that opens a help page. */
export function Explain({ page, term = page }: ExplainProps) {
  return (
    <button
      type="button"
      className="explain"
      aria-label={`Help on ${term}`}
      title="Help"
      onClick={() => openHelp(page)}
    >
      ?
    </button>
  )
}
