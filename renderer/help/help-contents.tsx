/** The left side of the help: a field to search, and the pages, or what was found. */
import { useState } from 'react'
import { helpPages } from './pages.ts'
import { openHelp } from '../app/store.ts'
import { Icon } from '../ui/icons.tsx'
import { searchHelp, type HelpPage, type Section } from './help-page.ts'

const groups = [...new Set(helpPages.map(({ group }) => group))]

function PageLink({ page, current }: { readonly page: HelpPage; readonly current: boolean }) {
  const headings = page.blocks.flatMap((block) => (block.kind === 'heading' && block.level === 2 ? [block] : []))
  return (
    <li>
      <button
        type="button"
        className="help-link"
        aria-current={current ? 'page' : undefined}
        onClick={() => openHelp(page.id)}
      >
        {page.title}
      </button>
      {current && headings.length > 1 && headings.length < 16 && (
        <ul className="help-places">
          {headings.map(({ id, text }) => (
            <li key={id}>
              <button type="button" className="help-link" onClick={() => openHelp(`${page.id}#${id}`)}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

/** The words around the first one that was asked for. */
function excerpt({ text }: Section, question: string): string {
  const word = question.toLowerCase().split(/\s+/).find(Boolean) ?? ''
  const at = Math.max(0, text.toLowerCase().indexOf(word) - 40)
  const start = at === 0 ? 0 : text.indexOf(' ', at) + 1
  return `${start > 0 ? '… ' : ''}${text.slice(start, start + 110)}${text.length > start + 110 ? ' …' : ''}`
}

function Found({ question }: { readonly question: string }) {
  const found = searchHelp(helpPages, question)
  return (
    <>
      <p className="help-count" role="status">
        {found.length === 0
          ? 'Nothing found. Try another word.'
          : `${found.length} ${found.length === 1 ? 'place' : 'places'}`}
      </p>
      <ul className="help-found">
        {found.slice(0, 30).map((section) => (
          <li key={`${section.page} ${section.place}`}>
            <button
              type="button"
              className="help-link"
              onClick={() => openHelp(section.place === null ? section.page : `${section.page}#${section.place}`)}
            >
              <span>{section.title}</span>
              {section.place !== null && <span className="help-where">{section.pageTitle}</span>}
              <span className="help-excerpt">{excerpt(section, question)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

export function HelpContents({ current }: { readonly current: HelpPage }) {
  const [question, setQuestion] = useState('')
  return (
    <nav className="help-contents" aria-label="Help pages">
      <label className="help-search">
        <Icon name="search" size={14} />
        <input
          type="search"
          aria-label="Search the help"
          placeholder="Search the help"
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
      </label>
      {question.trim() !== '' ? (
        <Found question={question} />
      ) : (
        groups.map((group) => (
          <section key={group} aria-label={group}>
            <h2>{group}</h2>
            <ul>
              {helpPages
                .filter((page) => page.group === group)
                .map((page) => (
                  <PageLink key={page.id} page={page} current={page.id === current.id} />
                ))}
            </ul>
          </section>
        ))
      )}
    </nav>
  )
}
