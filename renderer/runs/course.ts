/** The course of a run as the lab sends it (main/runs/course.ts): a header, then columns of float64. */
import type { CourseHeader } from '../../main/contract/calls/runs.ts'
import { readLab } from '../app/bridge.ts'

export interface CourseColumn {
  readonly steps: Float64Array
  readonly values: Float64Array
  readonly seconds: Float64Array
}

export interface Course {
  readonly header: CourseHeader
  readonly columns: ReadonlyMap<string, CourseColumn>
}

export function unpackCourse(bytes: ArrayBuffer): Course {
  const length = new DataView(bytes).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length))) as CourseHeader
  const columns = new Map<string, CourseColumn>()
  let at = 4 + length
  for (const { name, length: points } of header.series) {
    const column = (place: number) => new Float64Array(bytes, at + 8 * points * place, points)
    columns.set(name, { steps: column(0), values: column(1), seconds: column(2) })
    at += 24 * points
  }
  return { header, columns }
}

/** Up to `points` of each figure: every one, or the lows and highs. Null where the lab has no answer. */
export async function fetchCourse(run: string, points: number): Promise<Course | null> {
  const answer = await readLab(`runs/${encodeURIComponent(run)}/course?points=${points}`)
  return answer && unpackCourse(await answer.arrayBuffer())
}
