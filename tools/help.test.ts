import { marked } from 'marked'
import { expect, it } from 'vitest'
// @ts-expect-error plain JavaScript, checked by tools/tsconfig.json
import * as help from './help.mjs'
import type { HelpPage } from '../renderer/help/help-page.ts'

const { pageOf, readHelp } = help as {
  pageOf(id: string, group: string, tokens: readonly unknown[]): HelpPage
  readHelp(): Promise<HelpPage[]>
}
const parse = (text: string) => pageOf('page', 'group', marked.lexer(text))

it('reads every page, with every link leading somewhere', async () => {
  const pages = await readHelp()
  expect(pages.length).toBeGreaterThan(10)
  expect(pages.find(({ id }) => id === 'messages')?.blocks).toContainEqual(
    expect.objectContaining({ kind: 'heading', id: 'disk-full', named: true }),
  )
})

it('keeps words as they are written', () =>
  expect(parse('# A\n\n`<project>` & "b" [there](other#place)').blocks).toEqual([
    {
      kind: 'paragraph',
      of: [{ kind: 'code', text: '<project>' }, ' & "b" ', { kind: 'link', to: 'other#place', of: ['there'] }],
    },
  ]))

it.each([
  ['markup', '# A\n\n<script>1</script>'],
  ['markup within words', '# A\n\nb <img src=x> c'],
  ['pictures', '# A\n\n![b](c.png)'],
  ['addresses outside', '# A\n\n[b](https://example.com)'],
  ['scripts as addresses', '# A\n\n[b](javascript:alert)'],
  ['bare addresses', '# A\n\nhttps://example.com'],
  ['quotes', '# A\n\n> b'],
  ['deep headings', '# A\n\n#### b'],
  ['pages without a title', 'b'],
])('refuses %s', (_what, text) => expect(() => parse(text)).toThrow('page.md'))
