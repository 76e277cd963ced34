/** Draws the blocks of a help page. Links lead to other help pages only. */
import { Fragment } from 'react'
import { openHelp } from '../app/store.ts'
import type { Block, Inline } from './help-page.ts'

function Words({ of }: { readonly of: readonly Inline[] }) {
  return of.map((part, index) => {
    if (typeof part === 'string') return <Fragment key={index}>{part}</Fragment>
    switch (part.kind) {
      case 'strong':
        return (
          <strong key={index}>
            <Words of={part.of} />
          </strong>
        )
      case 'emphasis':
        return (
          <em key={index}>
            <Words of={part.of} />
          </em>
        )
      case 'code':
        return <code key={index}>{part.text}</code>
      case 'link':
        return (
          <button key={index} type="button" className="link" onClick={() => openHelp(part.to)}>
            <Words of={part.of} />
          </button>
        )
    }
  })
}

function List({ ordered, items }: Extract<Block, { kind: 'list' }>) {
  const lines = items.map((item, index) => (
    <li key={index}>
      <Blocks blocks={item} />
    </li>
  ))
  return ordered ? <ol>{lines}</ol> : <ul>{lines}</ul>
}

function Table({ head, rows }: Extract<Block, { kind: 'table' }>) {
  return (
    <div className="help-table" role="region" aria-label="Table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col">
                <Words of={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>
                  <Words of={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return blocks.map((block, index) => {
    switch (block.kind) {
      case 'heading': {
        const Heading = block.level === 2 ? 'h2' : 'h3'
        return (
          <Heading key={index} id={`help-${block.id}`} tabIndex={-1}>
            {block.text}
          </Heading>
        )
      }
      case 'paragraph':
        return (
          <p key={index}>
            <Words of={block.of} />
          </p>
        )
      case 'list':
        return <List key={index} {...block} />
      case 'table':
        return <Table key={index} {...block} />
      case 'code':
        return <pre key={index}>{block.text}</pre>
    }
  })
}
