/** Durable writes: after each function returns, a power cut loses nothing; at any moment before, the old file is whole. */
import { randomBytes } from 'node:crypto'
import { promises as fs } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import { LetheError, toErrorRecord } from '../contract/errors.ts'

export async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Makes a folder and its missing parents, for its owner only. Not Node's recursive form: that one never returns where the system
 * answers ENOENT for a parent that is there (below /proc), and hides a read-only disk behind ENOENT.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const parent = path.dirname(folder)
    if (code === 'EEXIST' && (await fs.stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || parent === folder || (await fs.stat(parent).catch(() => null))) throw error
    await makeFolder(parent)
    await fs.mkdir(folder, { mode: 0o700 })
  }
}

/** Replaces `file` by `bytes`, or leaves it as it was. The folder must exist. */
export async function writeAtomic(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    const handle = await fs.open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await fs.rename(temporary, file)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
  await syncFolder(path.dirname(file))
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeAtomic(file, JSON.stringify(value, null, 2) + '\n')
}

/** Fills a new folder under a temporary name and moves it to `folder` in one step; what stood there is replaced. */
export async function writeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  await fs.mkdir(temporary, { recursive: true, mode: 0o700 })
  try {
    await fill(temporary)
    await syncFolder(temporary)
    await fs.rm(folder, { recursive: true, force: true })
    await fs.rename(temporary, folder)
  } catch (error) {
    await fs.rm(temporary, { recursive: true, force: true })
    throw error
  }
  await syncFolder(path.dirname(folder))
}

/** Appends whole lines and flushes them. A torn last line (a crash while appending) is cut off first. */
export async function appendLines(file: string, lines: readonly string[]): Promise<void> {
  const handle = await fs.open(file, 'a+', 0o600)
  try {
    const { size } = await handle.stat()
    await handle.truncate(await endOfLastLine(handle, size))
    await handle.appendFile(lines.map((line) => line + '\n').join(''))
    await handle.datasync()
    if (size === 0) await syncFolder(path.dirname(file))
  } finally {
    await handle.close()
  }
}

async function endOfLastLine(handle: fs.FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(4096)
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - block.length)
    await handle.read(block, 0, end - start, start)
    const newline = block.subarray(0, end - start).lastIndexOf(0x0a)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}

const unread: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
}

/** The text of one file. Errors: `file-missing`, `file-unreadable`, with the path and what was expected there. */
export async function readText(file: string, expected: string, hint = 'Check the path.'): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8')
  } catch (error) {
    const what = unread[(error as NodeJS.ErrnoException).code ?? '']
    if (what === undefined) throw error
    throw new LetheError(toErrorRecord(error).code, `${file} ${what}; expected ${expected}.`, hint, { cause: error })
  }
}

/** Parses one JSON file by its schema. Errors: `file-missing`, `file-unreadable`, `file-malformed` naming the field. */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(file, 'a JSON file')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new LetheError(
      'file-malformed',
      `${file} is not JSON: ${(error as Error).message}.`,
      'Correct it, or restore it from a copy.',
    )
  }
  return parseWith(schema, value, file)
}

/** The parsed value, or one error that names the first wrong field, what was expected and what was found. */
export function parseWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  name: string,
  code: 'file-malformed' | 'config-invalid' | 'usage' = 'file-malformed',
): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new LetheError(
    code,
    `${name}: ${field ? `field ${field}: ` : ''}${issue?.message ?? 'does not fit its schema'}.`,
    'Correct the field named and try again.',
  )
}

/** Reads whole lines of a file as JSON values; a torn last line is left out; a missing file is empty. */
export async function readLines(file: string): Promise<unknown[]> {
  let text: string
  try {
    text = await fs.readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return parseLines(file, text.slice(0, text.lastIndexOf('\n') + 1), 0)
}

const blockBytes = 64 << 10

/**
 * The same a block of the file at a time: it is never held whole, and others get a turn at every block. For logs, which grow with
 * the hours of a run.
 */
export async function* readLineBlocks(file: string): AsyncGenerator<unknown[], void> {
  const handle = await fs.open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!handle) return
  try {
    let before = 0
    let rest = Buffer.alloc(0)
    for (;;) {
      const block = Buffer.allocUnsafe(blockBytes)
      const { bytesRead } = await handle.read(block, 0, blockBytes, null)
      if (bytesRead === 0) return
      const text = Buffer.concat([rest, block.subarray(0, bytesRead)])
      const end = text.lastIndexOf(0x0a) + 1
      rest = text.subarray(end)
      const values = parseLines(file, text.toString('utf8', 0, end), before)
      before += values.length
      yield values
    }
  } finally {
    await handle.close()
  }
}

function parseLines(file: string, text: string, before: number): unknown[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown
    } catch {
      const place = before + index + 1
      throw new LetheError('file-malformed', `${file}, line ${place} is not JSON.`, 'Restore it from a copy.')
    }
  })
}
