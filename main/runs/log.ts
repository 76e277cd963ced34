/** The log of a run as it stands in events.ndjson. */
import { promises as fs } from 'node:fs'
import type { RunPaths } from './folder.ts'

/** The last whole lines of the log, at most `most` bytes of them. */
export async function readLog(paths: RunPaths, most: number): Promise<Uint8Array> {
  const handle = await fs.open(paths.events, 'r').catch(() => null)
  if (!handle) return new Uint8Array(0)
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - most)
    const bytes = Buffer.alloc(size - start)
    await handle.read(bytes, 0, bytes.length, start)
    return bytes.subarray(start === 0 ? 0 : bytes.indexOf(0x0a) + 1, bytes.lastIndexOf(0x0a) + 1)
  } finally {
    await handle.close()
  }
}
