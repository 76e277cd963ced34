import { describe, expect, it } from 'vitest'
import { findPlace, searchHelp, type HelpPage } from './help-page.ts'
import { helpStore, step, visit } from './help-store.ts'

const heading = (id: string, text: string, named = false) => ({ kind: 'heading', level: 2, id, named, text }) as const
const words = (text: string) => ({ kind: 'paragraph', of: [text] }) as const
const pages: HelpPage[] = [
  {
    id: 'a',
    group: 'g',
    title: 'Noise',
    blocks: [words('about everything'), heading('seed', 'Seed', true), words('repeat it')],
  },
  {
    id: 'b',
    group: 'g',
    title: 'Budget',
    blocks: [words('a seed is no noise'), heading('limit', 'Limit'), words('noise, noise')],
  },
]

describe('places', () => {
  it('finds pages, places in pages, and named places from everywhere', () => {
    expect(findPlace(pages, 'b')).toEqual({ page: pages[1], place: null })
    expect(findPlace(pages, 'b#limit')).toEqual({ page: pages[1], place: 'limit' })
    expect(findPlace(pages, 'seed')).toEqual({ page: pages[0], place: 'seed' })
  })
  it('does not find what only one page knows, or nobody', () =>
    expect([findPlace(pages, 'limit'), findPlace(pages, 'no')]).toEqual([null, null]))
})

describe('search', () => {
  const found = (question: string) => searchHelp(pages, question).map(({ page, place }) => [page, place])
  it('puts titles before words, and wants every word', () => {
    expect(found('seed')).toEqual([
      ['a', 'seed'],
      ['b', null],
    ])
    expect(found('NOISE repeat')).toEqual([['a', 'seed']])
    expect(found('noise absent')).toEqual([])
  })
  it('finds nothing for nothing', () => expect(found('  ')).toEqual([]))
})

it('goes back and forward, and forgets the way ahead on another one', () => {
  const shown = () => helpStore.getState().visited[helpStore.getState().at]
  for (const page of ['ledger', 'ledger', 'scores']) visit(page)
  step(-1)
  expect(shown()).toBe('ledger')
  step(-1)
  expect(shown()).toBe('first-steps')
  step(-1)
  step(1)
  visit('glossary')
  step(1)
  expect(helpStore.getState()).toEqual({ visited: ['first-steps', 'ledger', 'glossary'], at: 2 })
})
