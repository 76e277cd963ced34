/** A page of the help as data: what tools/help.mjs makes of resources/help at build time. */
export type Inline =
  | string
  | { readonly kind: 'strong' | 'emphasis'; readonly of: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  /** To another page or a place in one: `ledger`, `glossary#delta`. */
  | { readonly kind: 'link'; readonly to: string; readonly of: readonly Inline[] }

export type Block =
  /** A `named` place is found from everywhere by its id alone. */
  | {
      readonly kind: 'heading'
      readonly level: 2 | 3
      readonly id: string
      readonly named: boolean
      readonly text: string
    }
  | { readonly kind: 'paragraph'; readonly of: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'code'; readonly text: string }

export interface HelpPage {
  readonly id: string
  readonly group: string
  readonly title: string
  readonly blocks: readonly Block[]
}

export function textOf(of: readonly Inline[]): string {
  return of
    .map((part) => (typeof part === 'string' ? part : part.kind === 'code' ? part.text : textOf(part.of)))
    .join('')
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return block.text
    case 'paragraph':
      return textOf(block.of)
    case 'list':
      return block.items.map((item) => item.map(textOfBlock).join(' ')).join(' ')
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(textOf).join(' ')).join(' ')
  }
}

/** A page cut at its headings: what is searched and what a link can lead to. */
export interface Section {
  readonly page: string
  /** Null for what stands before the first heading. */
  readonly place: string | null
  readonly pageTitle: string
  readonly title: string
  readonly text: string
}

export function sectionsOf({ id, title, blocks }: HelpPage): Section[] {
  const sections: { place: string | null; title: string; text: string[] }[] = [{ place: null, title, text: [] }]
  for (const block of blocks)
    if (block.kind === 'heading') sections.push({ place: block.id, title: block.text, text: [] })
    else sections[sections.length - 1]?.text.push(textOfBlock(block))
  return sections.map(({ place, title: heading, text }) => ({
    page: id,
    place,
    pageTitle: title,
    title: heading,
    text: text.join(' '),
  }))
}

/** Where `openHelp(name)` leads: a page, a place in a page, or a named place found by its id alone. Null where there is none. */
export function findPlace(
  pages: readonly HelpPage[],
  name: string,
): { readonly page: HelpPage; readonly place: string | null } | null {
  const [id, place = null] = name.split('#')
  const page = pages.find((candidate) => candidate.id === id)
  if (page) return { page, place }
  for (const candidate of pages)
    if (candidate.blocks.some((block) => block.kind === 'heading' && block.named && block.id === name))
      return { page: candidate, place: name }
  return null
}

/** Sections that hold every word of the question, the best first: words in a title count most. */
export function searchHelp(pages: readonly HelpPage[], question: string): Section[] {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const scored = pages.flatMap(sectionsOf).flatMap((section) => {
    const [title, text] = [`${section.pageTitle} ${section.title}`.toLowerCase(), section.text.toLowerCase()]
    if (!words.every((word) => title.includes(word) || text.includes(word))) return []
    const inTitle = words.filter((word) => section.title.toLowerCase().includes(word)).length
    const times = words.reduce((sum, word) => sum + Math.min(5, text.split(word).length - 1), 0)
    return [{ section, score: inTitle * 10 + times + (section.place === null ? 1 : 0) }]
  })
  return scored.sort((a, b) => b.score - a.score).map(({ section }) => section)
}
