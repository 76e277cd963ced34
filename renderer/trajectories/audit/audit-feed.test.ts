import { afterEach, expect, test, vi } from 'vitest'
import { loadAudited } from './audit-feed.ts'
import { auditStore } from './audit-store.ts'

afterEach(() => vi.unstubAllGlobals())

test('whose agent a run audits is asked for again where it could not be read, and only then', async () => {
  const answers = [
    { ok: false, error: { code: 'file-missing', message: 'It is not there.', hint: '' } },
    { ok: true, value: { config: null } },
    { ok: true, value: { config: { agent: 'unlearned' } } },
  ]
  const call = vi.fn(() => Promise.resolve(answers.shift()))
  vi.stubGlobal('window', { lethe: { call } })
  const found: unknown[] = []
  for (let time = 0; time < 4; time++) {
    await loadAudited(['audit'])
    found.push(auditStore.getState().audited['audit'])
  }
  expect(found).toEqual([null, null, 'unlearned', 'unlearned'])
  expect(call).toHaveBeenCalledTimes(3)
})
