/**
 * The offline help: Markdown of resources/help as plain data for the page. Only what a help page needs is known (headings,
 * paragraphs, lists, tables, code, emphasis, links to other help pages); anything else stops the build, so no page can
 * bring markup or an address of its own into the window.
 *
 * A page begins with `# Title`. A heading may name its place: `## The disk is full {#disk-full}`; places with a name are
 * found from everywhere (`openHelp('disk-full')`), so no two pages share one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './setup/paths.mjs'

/** @typedef {import('../renderer/help/help-page.ts').HelpPage} HelpPage */
/** @typedef {import('../renderer/help/help-page.ts').Block} Block */
/** @typedef {import('../renderer/help/help-page.ts').Inline} Inline */

const folder = inRoot('resources', 'help')

/** What the pages are made from and by, relative to the clone. */
export const helpFiles = () => ['tools/help.mjs', ...readdirSync(folder).map((name) => `resources/help/${name}`)]

/** All pages in the order of contents.json. @returns {Promise<HelpPage[]>} */
export async function readHelp() {
  const { marked } = await import('marked') // not at the top: the build is loaded before anything is installed
  /** @type {{ group: string, pages: string[] }[]} */
  const contents = JSON.parse(readFileSync(join(folder, 'contents.json'), 'utf8'))
  const pages = contents.flatMap(({ group, pages }) =>
    pages.map((id) => pageOf(id, group, marked.lexer(readFileSync(join(folder, `${id}.md`), 'utf8')))),
  )
  checkPlaces(pages)
  return pages
}

/** @param {string} id @param {string} group @param {import('marked').Token[]} tokens @returns {HelpPage} */
export function pageOf(id, group, tokens) {
  const [title, ...rest] = tokens.filter((token) => token.type !== 'space')
  if (title?.type !== 'heading' || title.depth !== 1) throw new Error(`${id}.md: expected "# Title" first.`)
  return { id, group, title: title.text, blocks: rest.map((token) => block(id, token)) }
}

/** @param {string} page @param {import('marked').Token} token @returns {Block} */
function block(page, token) {
  switch (token.type) {
    case 'heading': {
      const [, text = '', name] = /^(.*?)(?:\s*\{#([\w-]+)\})?$/.exec(token.text) ?? []
      if (token.depth !== 2 && token.depth !== 3) throw new Error(`${page}.md: headings are ## or ###: ${token.text}`)
      return { kind: 'heading', level: token.depth, id: name ?? slug(text), named: name !== undefined, text }
    }
    case 'paragraph':
    case 'text':
      return { kind: 'paragraph', of: inlines(page, token.tokens ?? []) }
    case 'list':
      return {
        kind: 'list',
        ordered: token.ordered === true,
        items: token.items.map((/** @type {import('marked').Tokens.ListItem} */ item) =>
          item.tokens.filter(({ type }) => type !== 'space').map((inner) => block(page, inner)),
        ),
      }
    case 'table':
      return {
        kind: 'table',
        head: token.header.map((/** @type {import('marked').Tokens.TableCell} */ cell) => inlines(page, cell.tokens)),
        rows: token.rows.map((/** @type {import('marked').Tokens.TableCell[]} */ row) =>
          row.map((cell) => inlines(page, cell.tokens)),
        ),
      }
    case 'code':
      return { kind: 'code', text: token.text }
    default:
      throw new Error(`${page}.md: a help page has no ${token.type}: ${token.raw.slice(0, 60)}`)
  }
}

/** @param {string} page @param {import('marked').Token[]} tokens @returns {Inline[]} */
function inlines(page, tokens) {
  return tokens.map((token) => {
    switch (token.type) {
      case 'text':
      case 'escape':
        return plain(token.text)
      case 'strong':
        return { kind: 'strong', of: inlines(page, token.tokens ?? []) }
      case 'em':
        return { kind: 'emphasis', of: inlines(page, token.tokens ?? []) }
      case 'codespan':
        return { kind: 'code', text: plain(token.text) }
      case 'link': {
        if (!/^[\w-]*(#[\w-]+)?$/.test(token.href)) throw new Error(`${page}.md: a link leaves the help: ${token.href}`)
        const to = token.href.startsWith('#') ? page + token.href : token.href
        return { kind: 'link', to, of: inlines(page, token.tokens ?? []) }
      }
      default:
        throw new Error(`${page}.md: a help page has no ${token.type}: ${token.raw.slice(0, 60)}`)
    }
  })
}

/** The signs that the lexer escapes for HTML, which is not made here. @param {string} text */
const plain = (text) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

/** @param {string} text */
const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

/** Every place once, every link somewhere. @param {HelpPage[]} pages */
function checkPlaces(pages) {
  const places = new Set(pages.map(({ id }) => id))
  const named = new Set(places)
  for (const { id, blocks } of pages)
    for (const part of blocks) {
      if (part.kind !== 'heading') continue
      const place = `${id}#${part.id}`
      if (places.has(place) || (part.named && named.has(part.id)))
        throw new Error(`resources/help: two places are called ${part.id}.`)
      places.add(place)
      if (part.named) named.add(part.id)
    }
  for (const { id, blocks } of pages)
    for (const link of JSON.stringify(blocks).matchAll(/"to":"([^"]*)"/g))
      if (!places.has(link[1] ?? '')) throw new Error(`${id}.md: the link leads nowhere: ${link[1]}`)
}

/** For esbuild: `import { helpPages } from 'lethe:help'`. @type {import('esbuild').Plugin} */
export const helpPlugin = {
  name: 'help',
  setup(build) {
    build.onResolve({ filter: /^lethe:help$/ }, ({ path }) => ({ path, namespace: 'help' }))
    build.onLoad({ filter: /.*/, namespace: 'help' }, async () => ({
      contents: `export const helpPages = ${JSON.stringify(await readHelp())}`,
      loader: 'js',
    }))
  },
}
