import { describe, expect, it } from 'vitest'
import { calls, type CallName } from '../main/contract/calls.ts'
import { createBroker, type Sender } from './broker.ts'

const page: Sender = { contents: 7, mainFrame: true, url: 'app://lethe/index.html#runs' }
function brokerWith(window: number | null = 7) {
  const forwarded: [CallName, unknown][] = []
  const broker = createBroker(() => window, {
    lab: (name, input) => {
      forwarded.push([name, input])
      return Promise.resolve({ ok: true, value: [] })
    },
    shell: () => Promise.resolve({ ok: true, value: { path: '/chosen' } }),
    isGranted: (path) => path === '/chosen',
  })
  return { broker, forwarded }
}

describe('broker', () => {
  it('forwards a parsed call from our page', async () => {
    const { broker, forwarded } = brokerWith()
    expect(await broker(page, 'runs.show', { run: 'a-1' })).toEqual({ ok: true, value: [] })
    expect(forwarded).toEqual([['runs.show', { run: 'a-1' }]])
  })

  it.each<[string, Sender]>([
    ['another window', { ...page, contents: 8 }],
    ['an iframe', { ...page, mainFrame: false }],
    ['a destroyed frame', { ...page, url: null }],
    ['another page of our scheme', { ...page, url: 'app://lab/runs/a/artifacts/report.html' }],
    ['a look-alike host', { ...page, url: 'app://lethe.evil/index.html' }],
    ['the network', { ...page, url: 'https://example.com/' }],
    ['a blank page', { ...page, url: 'about:blank' }],
  ])('refuses %s', async (_who, sender) => {
    const { broker, forwarded } = brokerWith()
    expect(await broker(sender, 'runs.list', {})).toMatchObject({ ok: false, error: { code: 'usage' } })
    expect(forwarded).toEqual([])
  })

  it('refuses everything when there is no window', async () => {
    expect((await brokerWith(null).broker(page, 'runs.list', {})).ok).toBe(false)
  })

  it.each<unknown>(['runs.delete', 'toString', '__proto__', 'constructor', '', undefined, null, 3, ['runs.list'], {}])(
    'knows no call %j',
    async (name) => {
      const { broker, forwarded } = brokerWith()
      expect(await broker(page, name, {})).toMatchObject({ ok: false, error: { code: 'usage' } })
      expect(forwarded).toEqual([])
    },
  )

  it.each<[CallName, unknown]>([
    ['runs.show', { run: '../../etc' }],
    ['runs.show', { run: 'a/b' }],
    ['runs.show', { run: '' }],
    ['runs.show', {}],
    ['runs.show', null],
    ['runs.list', { extra: 1 }],
    ['images.demo', { epsilon: 0 }],
    ['images.demo', { epsilon: 'one' }],
    ['ledger.show', { data: 'x'.repeat(65) }],
  ])('names what is wrong with the input of %s: %j', async (name, input) => {
    const { broker, forwarded } = brokerWith()
    const result = await broker(page, name, input)
    expect(result.ok).toBe(false)
    if (!result.ok) expect(result.error.message).toContain(`${name}: input`)
    expect(forwarded).toEqual([])
  })

  it('leaves to the shell what is the shell\u2019s', async () => {
    const { broker, forwarded } = brokerWith()
    const result = await broker(page, 'shell.chooseSource', { kind: 'file', title: 'Choose' })
    expect(result).toEqual({ ok: true, value: { path: '/chosen' } })
    expect(forwarded).toEqual([])
  })

  it('refuses a bad sender before it looks at the name', async () => {
    const result = await brokerWith().broker({ ...page, contents: 1 }, 'no.such', {})
    expect(result).toMatchObject({ error: { message: expect.stringContaining('window') as string } })
  })

  it('covers every call of the contract with a strict input', () => {
    for (const [name, call] of Object.entries(calls))
      expect(call.input.safeParse({ unexpected: 1 }).success, name).toBe(false)
  })
})
