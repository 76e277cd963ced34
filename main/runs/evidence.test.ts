import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LedgerEntry } from '../contract/privacy.ts'
import { moveToTrash } from '../files/trash.ts'
import { missingCharges } from './evidence.ts'

let project = ''
beforeEach(async () => {
  project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-charges-'))
})
afterEach(() => fs.rm(project, { recursive: true, force: true }))

const spend = (ledgerSeq: number, ledgerHash: string) =>
  JSON.stringify({ seq: 0, time: '', kind: 'spend', stage: 's', account: 'train', ledgerSeq, ledgerHash })
async function run(id: string, log: string): Promise<void> {
  const folder = path.join(project, 'runs', id)
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(path.join(folder, 'state.json'), '{}')
  await fs.writeFile(path.join(folder, 'config.json'), '{"data":"ward"}')
  await fs.writeFile(path.join(folder, 'events.ndjson'), log)
}
const ledger = [{ hash: 'open' }, { hash: 'first' }] as LedgerEntry[]

test('a charge that the ledger lost is found, also beside a damaged line; another data set is not looked at', async () => {
  await run('a', `${spend(1, 'first')}\n`)
  expect(await missingCharges(project, 'ward', ledger)).toBeNull()
  await run('b', `{"torn\n${spend(2, 'second')}\n`)
  expect(await missingCharges(project, 'ward', ledger)).toBe('b')
  expect(await missingCharges(project, 'other', ledger)).toBeNull()
})

test('a run without a log has charged nothing', async () => {
  await run('a', '')
  await fs.rm(path.join(project, 'runs', 'a', 'events.ndjson'))
  expect(await missingCharges(project, 'ward', ledger)).toBeNull()
})

test('a run in the trash still says what it charged', async () => {
  await run('a', `${spend(1, 'first')}\n`)
  await run('b', `${spend(2, 'second')}\n`)
  for (const origin of ['a', 'b']) await moveToTrash(project, { kind: 'run', origin, name: origin })
  expect(await missingCharges(project, 'ward', ledger)).toBe('b')
})
