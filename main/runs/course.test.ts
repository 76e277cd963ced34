import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../contract/calls.ts'
import type { CourseHeader } from '../contract/calls/runs.ts'
import type { RunEvent } from '../contract/run.ts'
import { openCourses, packCourse, thinned } from './course.ts'
import { runPaths } from './folder.ts'

const project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-course-'))
afterAll(() => fs.rm(project, { recursive: true, force: true }))

const log = (events: readonly RunEvent[], from = 0): string =>
  events
    .map((event, index) =>
      JSON.stringify({ seq: from + index, time: new Date(1000 * (from + index)).toISOString(), ...event }),
    )
    .map((line) => line + '\n')
    .join('')
const metric = (step: number, value: number): RunEvent => ({ kind: 'metric', name: 'loss', step, value, private: true })
const preview = (step: number): RunEvent => ({ kind: 'preview', name: 'samples', step, file: 'artifacts/samples.png' })

async function newRun(name: string) {
  const paths = runPaths(project, name)
  await fs.mkdir(paths.folder, { recursive: true })
  return paths
}

describe('the course of a run', () => {
  it('is read on from where it stood, also through half a line, and keeps what matters still', async () => {
    const [paths, read] = [await newRun('a'), openCourses()]
    expect(await read(paths)).toMatchObject({ lastSeq: -1, events: [] })
    const text = log([metric(1, 5), preview(1), metric(2, 4), preview(2)])
    await fs.writeFile(paths.events, text.slice(0, -10))
    expect((await read(paths)).lastSeq).toBe(2)
    await fs.appendFile(paths.events, text.slice(-10) + log([metric(3, 3)], 4))
    const { lastSeq, events, series } = await read(paths)
    expect(lastSeq).toBe(4)
    expect(events.map((event) => (event as LoggedEvent & { step: number }).step)).toEqual([2])
    const loss = series.get('loss')!
    expect([...loss.steps.subarray(0, loss.length)]).toEqual([1, 2, 3])
    expect([...loss.seconds.subarray(0, loss.length)]).toEqual([0, 2, 4])
  })

  it('is cut back where a resumed run tells steps again, and starts anew in a file that was replaced', async () => {
    const [paths, read] = [await newRun('b'), openCourses()]
    await fs.writeFile(paths.events, log([metric(1, 5), metric(2, 4), metric(3, 3), metric(2, 4.5)]))
    const values = async () => {
      const loss = (await read(paths)).series.get('loss')!
      return [...loss.values.subarray(0, loss.length)]
    }
    expect(await values()).toEqual([5, 4.5])
    await fs.writeFile(paths.events, log([metric(9, 1)]))
    expect(await values()).toEqual([1])
  })

  it('names the line that is damaged', async () => {
    const paths = await newRun('c')
    await fs.writeFile(paths.events, log([metric(1, 1)]) + 'no json\n')
    await expect(openCourses()(paths)).rejects.toMatchObject({
      code: 'file-malformed',
      message: expect.stringContaining('after event 0') as string,
    })
  })

  it('leaves other work its turn while it reads a long log', async () => {
    const paths = await newRun('d')
    await fs.writeFile(paths.events, log(Array.from({ length: 200_000 }, (_none, step) => metric(step, step % 97))))
    let turns = 0
    const beat = setInterval(() => turns++, 1)
    const course = await openCourses()(paths)
    clearInterval(beat)
    expect(course.series.get('loss')!.length).toBe(200_000)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('thinning', () => {
  it('keeps every low and high, the first and the last', () => {
    const values = Float64Array.from({ length: 10_000 }, (_none, index) => Math.sin(index / 50))
    values[1234] = 9
    values[8765] = -9
    const places = thinned({ length: values.length, values }, 400)
    expect(places.length).toBeLessThanOrEqual(400)
    expect([...places]).toEqual([...places].sort((a, b) => a - b))
    expect([...places]).toEqual(expect.arrayContaining([0, 1234, 8765, 9999]))
  })
  it('leaves a short series whole', () => {
    expect([...thinned({ length: 3, values: new Float64Array(3) }, 4)]).toEqual([0, 1, 2])
  })
  it('is packed so that the page can read it', () => {
    const column = {
      private: false,
      length: 2,
      steps: Float64Array.of(1, 2, 0),
      values: Float64Array.of(0.5, NaN, 0),
      seconds: Float64Array.of(0, 1, 0),
    }
    const bytes = packCourse({ lastSeq: 7, start: 0, events: [], series: new Map([['ε', column]]) }, 100)
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as CourseHeader
    expect(header.series).toEqual([{ name: 'ε', private: false, length: 2, total: 2 }])
    expect((4 + length) % 8).toBe(0)
    const rest = Uint8Array.from(bytes.subarray(4 + length))
    expect([...new Float64Array(rest.buffer)]).toEqual([1, 2, 0.5, NaN, 0, 1])
  })
})
