/**
 * The course of a run for those who look on: its figures as columns and the few events that still matter, read from
 * events.ndjson in small pieces and only as far as it has grown since the last time. What is asked for again and again
 * while a run goes on must never hold up the process that answers.
 */
import { promises as fs } from 'node:fs'
import type { CourseHeader, LoggedEvent } from '../contract/calls/runs.ts'
import { LetheError } from '../contract/errors.ts'
import type { RunPaths } from './folder.ts'

export interface Column {
  private: boolean
  length: number
  steps: Float64Array
  values: Float64Array
  /** Since the first event of the run. */
  seconds: Float64Array
}

export interface Course {
  readonly lastSeq: number
  readonly start: number | null
  /** In order: states, spends, the newest checkpoint, the newest of each preview and artifact, the last warnings. */
  readonly events: readonly LoggedEvent[]
  readonly series: ReadonlyMap<string, Column>
}

const blockBytes = 64 << 10
const maxWarnings = 50
const maxKept = 12

interface Reading {
  inode: number
  offset: number
  lastSeq: number
  start: number | null
  readonly important: Map<string, LoggedEvent>
  readonly series: Map<string, Column>
}

/** A reader that remembers the courses looked at last. Errors: `file-malformed`, naming the line. */
export function openCourses(): (paths: RunPaths) => Promise<Course> {
  const kept = new Map<string, { reading: Reading; turn: Promise<unknown> }>()
  return (paths) => {
    const known = kept.get(paths.id) ?? { reading: newReading(), turn: Promise.resolve() }
    kept.delete(paths.id)
    kept.set(paths.id, known) // the newest last
    if (kept.size > maxKept) kept.delete(kept.keys().next().value!)
    const next = known.turn.then(() => catchUp(paths.events, known))
    known.turn = next.catch(() => kept.delete(paths.id))
    return next
  }
}

const newReading = (): Reading => ({
  inode: 0,
  offset: 0,
  lastSeq: -1,
  start: null,
  important: new Map(),
  series: new Map(),
})

async function catchUp(file: string, kept: { reading: Reading }): Promise<Course> {
  const handle = await fs.open(file, 'r').catch(() => null)
  if (!handle) return courseOf(newReading())
  try {
    const { size, ino } = await handle.stat()
    if (size < kept.reading.offset || ino !== kept.reading.inode) kept.reading = { ...newReading(), inode: ino }
    const { reading } = kept
    let rest = Buffer.alloc(0)
    for (let at = reading.offset; at < size;) {
      const block = Buffer.allocUnsafe(Math.min(blockBytes, size - at))
      const { bytesRead } = await handle.read(block, 0, block.length, at) // gives way to other work
      if (bytesRead === 0) break
      at += bytesRead
      const text = Buffer.concat([rest, block.subarray(0, bytesRead)])
      const end = text.lastIndexOf(0x0a) + 1
      for (const line of text.toString('utf8', 0, end).split('\n')) if (line !== '') take(reading, file, line)
      reading.offset += end
      rest = text.subarray(end)
    }
    return courseOf(reading)
  } finally {
    await handle.close()
  }
}

function take(reading: Reading, file: string, line: string): void {
  let event: LoggedEvent
  try {
    event = JSON.parse(line) as LoggedEvent
  } catch {
    throw new LetheError('file-malformed', `${file}: the line after event ${reading.lastSeq} is not JSON.`)
  }
  reading.lastSeq = event.seq
  reading.start ??= Date.parse(event.time)
  if (event.kind === 'progress') return
  if (event.kind !== 'metric') return keep(reading.important, event)
  const column = reading.series.get(event.name) ?? emptyColumn()
  reading.series.set(event.name, column)
  column.private &&= event.private
  addPoint(column, event.step, event.value, (Date.parse(event.time) - reading.start) / 1000)
}

/** An event takes the place of the earlier one that it makes obsolete. */
function keep(important: Map<string, LoggedEvent>, event: LoggedEvent): void {
  const key =
    event.kind === 'preview' || event.kind === 'artifact'
      ? `${event.kind} ${event.name}`
      : event.kind === 'checkpoint'
        ? event.kind
        : `${event.kind} ${event.seq}`
  important.delete(key)
  important.set(key, event)
  if (event.kind !== 'warning') return
  const warnings = [...important.keys()].filter((one) => one.startsWith('warning '))
  if (warnings.length > maxWarnings) important.delete(warnings[0]!)
}

const emptyColumn = (): Column => ({
  private: true,
  length: 0,
  steps: new Float64Array(64),
  values: new Float64Array(64),
  seconds: new Float64Array(64),
})

/** A resumed run tells steps again: the column is cut back to where it goes on. */
export function addPoint(column: Column, step: number, value: number | null, seconds: number): void {
  while (column.length > 0 && column.steps[column.length - 1]! >= step) column.length--
  if (column.length === column.steps.length)
    for (const name of ['steps', 'values', 'seconds'] as const) {
      const longer = new Float64Array(2 * column.length)
      longer.set(column[name])
      column[name] = longer
    }
  column.steps[column.length] = step
  column.values[column.length] = value ?? NaN // JSON has no NaN and writes null
  column.seconds[column.length++] = seconds
}

function courseOf({ lastSeq, start, important, series }: Reading): Course {
  return { lastSeq, start, events: [...important.values()].sort((a, b) => a.seq - b.seq), series }
}

/** Places of at most `most` points that keep every low and high: of each stretch the smallest and the largest, in order. */
export function thinned({ length, values }: Pick<Column, 'length' | 'values'>, most: number): Uint32Array {
  if (length <= most) return Uint32Array.from({ length }, (_none, index) => index)
  const stretches = Math.max(1, (most >> 1) - 1)
  const places: number[] = [0]
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches)
    const to = Math.floor(((stretch + 1) * length) / stretches)
    let [low, high] = [from, from]
    for (let index = from; index < to; index++) {
      if (values[index]! < values[low]! || Number.isNaN(values[low])) low = index
      if (values[index]! > values[high]! || Number.isNaN(values[high])) high = index
    }
    for (const place of [Math.min(low, high), Math.max(low, high), ...(stretch === stretches - 1 ? [length - 1] : [])])
      if (place > places[places.length - 1]!) places.push(place)
  }
  return Uint32Array.from(places)
}

/**
 * For the page: the length of a JSON header (uint32, little-endian), the header, spaces up to a multiple of eight, then for
 * each series its steps, values and seconds as float64.
 */
export function packCourse({ lastSeq, start, events, series }: Course, most: number): Uint8Array {
  const parts = [...series].map(([name, column]) => ({ name, column, places: thinned(column, most) }))
  const header: CourseHeader = {
    lastSeq,
    start,
    events,
    series: parts.map(({ name, column, places }) => ({
      name,
      private: column.private,
      length: places.length,
      total: column.length,
    })),
  }
  let text = Buffer.from(JSON.stringify(header))
  text = Buffer.concat([text, Buffer.alloc((12 - (text.length % 8)) % 8, ' ')])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  const columns = parts.flatMap(({ column, places }) =>
    [column.steps, column.values, column.seconds].map((values) => {
      const chosen = Float64Array.from(places, (place) => values[place]!)
      return new Uint8Array(chosen.buffer)
    }),
  )
  return Buffer.concat([length, text, ...columns])
}
