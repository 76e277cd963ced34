/** The offline help: pages on the left, one page beside them, the way back and forward above it. */
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { helpPages } from './pages.ts'
import { keysOf } from '../app/command-table.ts'
import { useCommands } from '../app/commands.ts'
import { openHelp } from '../app/store.ts'
import { Icon } from '../ui/icons.tsx'
import { Diagnostics } from './diagnostics.tsx'
import { Blocks } from './help-blocks.tsx'
import { HelpContents } from './help-contents.tsx'
import { findPlace } from './help-page.ts'
import { helpStore, step } from './help-store.ts'
import { KeyList } from './key-list.tsx'
import './help.css'

/** What some pages show below their words. */
const living: Readonly<Record<string, () => React.JSX.Element>> = { keyboard: KeyList, diagnostics: Diagnostics }

function Ways() {
  const { visited, at } = useStore(helpStore)
  const [back, forward] = [at === 0, at === visited.length - 1]
  useCommands([
    { id: 'help.back', run: () => step(-1), blocked: back ? 'This is where you started' : null },
    { id: 'help.forward', run: () => step(1), blocked: forward ? 'There is no page ahead' : null },
  ])
  return (
    <div className="help-ways">
      <button
        type="button"
        aria-label="Back"
        title={`Back  ${keysOf('help.back')}`}
        disabled={back}
        onClick={() => step(-1)}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        aria-label="Forward"
        title={`Forward  ${keysOf('help.forward')}`}
        disabled={forward}
        onClick={() => step(1)}
      >
        <Icon name="forward" />
      </button>
    </div>
  )
}

/** Scrolls to the place that was asked for, marks it, and lets the keyboard go on from there. */
function useArrival(place: string | null, name: string) {
  const article = useRef<HTMLElement>(null)
  useEffect(() => {
    const target = place === null ? null : article.current?.querySelector<HTMLElement>(`#help-${CSS.escape(place)}`)
    if (target) {
      target.scrollIntoView({ block: 'start' })
      target.focus({ preventScroll: true })
    } else article.current?.scrollTo(0, 0)
  }, [place, name])
  return article
}

export function HelpScreen() {
  const name = useStore(helpStore, ({ visited, at }) => visited[at] ?? '')
  const found = findPlace(helpPages, name)
  const page = found?.page ?? helpPages[0]
  const article = useArrival(found?.place ?? null, name)
  if (!page) return null
  const Living = living[page.id]
  return (
    <div className="help-screen">
      <HelpContents current={page} />
      <article ref={article} className="help-article" tabIndex={0} aria-label={page.title}>
        <Ways />
        <div className="help-words">
          {!found && (
            <p className="help-missing" role="status">
              There is no page called {name} in this version. Search on the left, or{' '}
              <button type="button" className="link" onClick={() => openHelp('glossary')}>
                look at the glossary
              </button>
              .
            </p>
          )}
          <h1>{page.title}</h1>
          <Blocks blocks={page.blocks} />
          {Living && <Living />}
        </div>
      </article>
    </div>
  )
}
