/** What the window is measured on: pictures imported by the terminal's own command, and runs with long courses. */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A quarter is set aside for validation and test; ten thousand are left to scroll through. */
const pictures = 13_400
const side = 28

/** An IDX file: its magic number, its lengths, its bytes. */
function idx(lengths: readonly number[], byteAt: (index: number) => number): Buffer {
  const head = Buffer.alloc(4 + 4 * lengths.length)
  head.writeUInt32BE(0x0800 + lengths.length)
  lengths.forEach((length, index) => head.writeUInt32BE(length, 4 + 4 * index))
  const bytes = lengths.reduce((product, length) => product * length, 1)
  return Buffer.concat([head, Uint8Array.from({ length: bytes }, (_none, index) => byteAt(index))])
}

/** Rings of various sizes as a public data set of a new project. */
export async function importPictures(folder: string, project: string): Promise<void> {
  const source = join(folder, 'rings')
  await mkdir(source)
  const pixel = (index: number) => {
    const [picture, y, x] = [Math.floor(index / side ** 2), Math.floor(index / side) % side, index % side]
    const distance = Math.hypot(x - side / 2, y - side / 2) - (3 + (picture % 97) / 10)
    return Math.max(0, Math.round(255 - 110 * Math.abs(distance)))
  }
  await writeFile(join(source, 'train-images-idx3-ubyte'), idx([pictures, side, side], pixel))
  await writeFile(
    join(source, 'train-labels-idx1-ubyte'),
    idx([pictures], (index) => index % 10),
  )
  const words = ['data', 'import', source, '--name', 'Rings', '--public', '--project', project, '--json']
  const { status, stdout, stderr } = spawnSync(process.execPath, ['build/cli.cjs', ...words], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The pictures were not imported. ${stdout} ${stderr}`)
}

/** Copies of a run that has ended, each with one figure of so many points: a noisy curve that falls. */
export async function writeLongRuns(project: string, run: string, count: number, points: number): Promise<void> {
  const runs = join(project, 'runs')
  const record = await readFile(join(runs, run, 'state.json'), 'utf8')
  const start = Date.parse('2026-01-01T00:00:00Z')
  for (let copy = 0; copy < count; copy++) {
    const id = `20260101-00000${copy}-long-${copy}`
    await mkdir(join(runs, id, 'artifacts'), { recursive: true })
    for (const file of ['config.json', 'plan.json']) await cp(join(runs, run, file), join(runs, id, file))
    const lines = Array.from({ length: points }, (_none, step) => {
      const value = Math.exp(-step / (20_000 + 3000 * copy)) + 0.1 * Math.sin(step * 12.9898 + copy)
      const time = new Date(start + 10 * step).toISOString()
      return JSON.stringify({ seq: step, time, kind: 'metric', name: 'loss', step, value, private: true })
    })
    await writeFile(join(runs, id, 'events.ndjson'), `${lines.join('\n')}\n`)
    await writeFile(join(runs, id, 'state.json'), record.replaceAll(run, id)) // last: a folder without one is no run
  }
}
