/** The terminal's evidence commands: exit codes and documents that scripts rely on. */
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeDigits } from '../testing/small-project.ts'
import { synthesizeWords, terminal } from '../testing/terminal.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-bundle-'))
const at = (name: string): string => path.join(root, name)
const { json, lethe } = terminal({ LETHE_PROJECT: at('project') })
const verify = (name: string, ...more: string[]) => json('bundle', 'verify', at(name), ...more)
const exportTo = (name: string, ...more: string[]) => json('bundle', 'export', run, '--out', at(name), ...more)
let run = ''

beforeAll(async () => {
  await writeDigits(at('digits.npz'), 1200)
  await json('data', 'import', at('digits.npz'), '--name', 'Digits', '--budget', '20')
  const { document } = await json(...synthesizeWords, '--release')
  run = document['run'] as string
}, 120_000)
afterAll(() => fs.rm(root, { recursive: true, force: true }))

test('export writes one file, and verify finds that it holds', async () => {
  const made = await exportTo('whole.zip')
  expect(made).toMatchObject({ code: 0, document: { path: at('whole.zip'), runs: [run], bytes: expect.any(Number) } })
  const { code, document } = await verify('whole.zip')
  expect(code).toBe(0)
  expect(document).toMatchObject({ ok: true, problems: [], runs: [run], mode: 'release', id: made.document['id'] })
  expect((await lethe('bundle', 'verify', at('whole.zip'))).stdout).toContain('The bundle holds.')
})

test('samples go along only where they are asked for', async () => {
  await exportTo('samples.zip', '--with-samples')
  expect(await verify('samples.zip')).toMatchObject({ code: 0, document: { ok: true } })
  const held = async (name: string) => (await fs.readFile(at(name))).includes(`runs/${run}/synthetic.npz`)
  expect([await held('whole.zip'), await held('samples.zip')]).toEqual([false, true])
})

test('a cut file and a file of another kind do not hold: exit code 1, and each problem named', async () => {
  const whole = await fs.readFile(at('whole.zip'))
  await fs.writeFile(at('cut.zip'), whole.subarray(0, whole.length - 100))
  await fs.writeFile(at('notes.zip'), 'These are only notes.')
  for (const name of ['cut.zip', 'notes.zip']) {
    const { code, document } = await verify(name)
    expect([name, code, document['ok'], document['id']]).toEqual([name, 1, false, null])
    expect(document['problems']).toEqual([
      { file: name, expected: 'an evidence bundle', found: expect.stringMatching(/\w/) as string },
    ])
  }
  const { code, stdout } = await lethe('bundle', 'verify', at('cut.zip'))
  expect([code, stdout]).toEqual([1, expect.stringContaining('does not hold')])
})

test('a byte changed inside is found in its file', async () => {
  const bytes = await fs.readFile(at('whole.zip'))
  bytes[bytes.indexOf('"epsilon": ') + 11]! ^= 3
  await fs.writeFile(at('changed.zip'), bytes)
  const { code, document } = await verify('changed.zip')
  expect([code, document['ok']]).toEqual([1, false])
  expect(JSON.stringify(document['problems'])).toMatch(/checksum is wrong|sha256/)
})

test('what cannot be done is an error: no such file, run or review, nothing named, a run that has not ended', async () => {
  const failed = (code: string) => ({ document: { error: { code, message: expect.any(String) as string } } })
  expect(await verify('nowhere.zip')).toMatchObject({ code: 1, ...failed('file-missing') })
  expect(await verify('whole.zip', '--review', at('nowhere'))).toMatchObject({ code: 1, ...failed('file-missing') })
  expect(await json('bundle', 'verify')).toMatchObject({ code: 2, ...failed('usage') })
  expect(await json('bundle', 'export', run)).toMatchObject({ code: 2, ...failed('usage') })
  expect(await json('bundle', 'export', 'no-such-run', '--out', at('a.zip'))).toMatchObject({
    code: 1,
    ...failed('run-missing'),
  })
  const state = at(`project/runs/${run}/state.json`)
  const ended = await fs.readFile(state, 'utf8')
  await fs.writeFile(state, ended.replace('"succeeded"', '"paused"'))
  expect(await exportTo('paused.zip')).toMatchObject({ code: 1, ...failed('run-state') })
  await fs.writeFile(state, ended)
  await expect(fs.stat(at('paused.zip'))).rejects.toThrow()
})
