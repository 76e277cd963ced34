/** A disk that fills up under a run, and a folder that cannot be written. Both need a file system of their own. */
import { execFileSync } from 'node:child_process'
import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeDigits } from '../testing/small-project.ts'
import { synthesizeWords, terminal } from '../testing/terminal.ts'

const root = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-disk-'))
const mounts: string[] = []

/** A small file system in memory, or why it cannot be had. */
function mount(name: string, mebibytes: number): string {
  const folder = path.join(root, name)
  execFileSync('mkdir', ['-p', folder])
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'lethe-test', folder], { stdio: 'pipe' })
  mounts.push(folder)
  return folder
}

function whyNot(): string | null {
  try {
    mount('probe', 1)
    return null
  } catch (error) {
    return `mounting is not permitted here (${(error as Error).message.trim().split('\n').at(-1)})`
  }
}

const reason = whyNot()
if (reason) console.log(`Skipped, the tests of a full disk and a read-only folder: ${reason}`)
afterAll(async () => {
  for (const folder of mounts) execFileSync('umount', ['--lazy', folder]) // a test that ran out of time may still be in there
  await fs.rm(root, { recursive: true, force: true })
})

describe.skipIf(reason !== null)('a file system', () => {
  const { json } = terminal()

  test('that fills up fails the run with one clear error; the run goes on when there is room', async () => {
    await writeDigits(path.join(root, 'digits.npz'), 1200)
    const folder = mount('full', 8)
    const project = ['--project', path.join(folder, 'project')]
    expect(
      (await json('data', 'import', path.join(root, 'digits.npz'), '--name', 'Digits', '--budget', '20', ...project))
        .code,
    ).toBe(0)
    const ballast = path.join(folder, 'ballast')
    /** Leaves `kibibytes` free. */
    const fill = async (kibibytes: number): Promise<void> => {
      await fs.rm(ballast, { force: true })
      const { bavail, bsize } = await fs.statfs(folder)
      await fs.writeFile(ballast, Buffer.alloc(bavail * bsize - kibibytes * 1024))
    }
    const synthesize = [...synthesizeWords, '--no-score', ...project]
    const lists = async () =>
      (await json('runs', 'list', ...project)).document as { runs: { id: string; state: string; error: unknown }[] }
    const diskFull = {
      code: 'disk-full',
      message: expect.stringContaining('ENOSPC'),
      hint: expect.stringContaining('space'),
    }

    // The run starts with a reserve of 1 MiB: too little for it, then enough for it and not for the first files.
    await fill(200)
    expect(await json(...synthesize)).toEqual({ code: 1, document: { error: diskFull } })
    const { runs } = await lists()
    expect(runs).toMatchObject([{ state: 'failed', error: diskFull }])
    for (const kibibytes of [1060, 1100, 1150, 1250, 1400]) {
      await fill(kibibytes)
      expect(await json('runs', 'resume', runs[0]!.id, ...project)).toEqual({ code: 1, document: { error: diskFull } })
      expect((await json('runs', 'show', runs[0]!.id, '--events', ...project)).document).toMatchObject({
        run: { state: 'failed', error: { code: 'disk-full' } },
      })
      expect((await json('ledger', 'verify', 'digits', ...project)).document).toMatchObject({ ok: true })
    }
    const left = await fs.readdir(folder, { recursive: true } as never)
    expect(left.filter((name) => name.endsWith('.tmp') || name.endsWith('.reserve'))).toEqual([])
    await fs.rm(ballast)
    expect((await json('runs', 'resume', runs[0]!.id, ...project)).code).toBe(0)
    expect(await lists()).toMatchObject({ runs: [{ state: 'succeeded', error: null }] })
    const { entries } = (await json('ledger', 'show', 'digits', ...project)).document as { entries: { kind: string }[] }
    expect(entries.map(({ kind }) => kind)).toEqual(['open', 'charge'])
  }, 300_000)

  test('that fills up during an import or an export leaves nothing behind', async () => {
    await writeDigits(path.join(root, 'many.npz'), 10_000)
    const project = ['--project', path.join(mount('import', 6), 'project')]
    expect(await json('data', 'import', path.join(root, 'many.npz'), '--name', 'Many', ...project)).toMatchObject({
      code: 1,
      document: { error: { code: 'disk-full' } },
    })
    expect(await fs.readdir(path.join(project[1]!, 'data'))).toEqual([])
    expect((await json('data', 'import', path.join(root, 'digits.npz'), '--name', 'Digits', ...project)).code).toBe(0)
    for (const format of ['npz', 'zip', 'folders']) {
      const out = path.join(mount(format, 1), 'out')
      await fs.writeFile(path.join(path.dirname(out), 'ballast'), Buffer.alloc(900 * 1024))
      expect(await json('data', 'export', 'digits', '--out', out, '--format', format, ...project)).toMatchObject({
        code: 1,
        document: { error: { code: 'disk-full' } },
      })
      expect(await fs.readdir(path.dirname(out))).toEqual(['ballast'])
    }
  })

  test('that is read-only gives one clear error', async () => {
    const folder = mount('read-only', 8)
    const project = ['--project', path.join(folder, 'project')]
    await json('data', 'import', path.join(root, 'digits.npz'), '--name', 'Digits', ...project)
    execFileSync('mount', ['-o', 'remount,ro', folder])
    const readOnly = {
      code: 1,
      document: {
        error: {
          code: 'folder-read-only',
          message: expect.stringContaining(folder),
          hint: expect.stringContaining('--project'),
        },
      },
    }
    expect(await json(...synthesizeWords, ...project)).toEqual(readOnly)
    const out = await json(
      'data',
      'export',
      'digits',
      '--out',
      path.join(folder, 'out'),
      '--project',
      path.join(root, 'full', 'project'),
    )
    expect(out).toMatchObject({ code: 1, document: { error: { code: 'folder-read-only' } } })
  })
})
