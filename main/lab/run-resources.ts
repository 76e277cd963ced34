/** What the window fetches of a run: `app://lab/runs/RUN/…`. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { openCourses, packCourse } from '../runs/course.ts'
import { readConfig, requireOwnFiles, runPaths, type RunPaths } from '../runs/folder.ts'
import { readLog } from '../runs/log.ts'
import { openTiles } from '../runs/tiles.ts'
import type { Resource, ResourceHandler } from './context.ts'

const mostPoints = 1_000_000

/** A whole number from a query, or what stands for none; beyond the bound it is the bound. */
function numberOf(query: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = query.get(name) ?? ''
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), most) : otherwise
}

export function runResources(
  project: string,
  classNames: (data: string) => Promise<readonly string[]>,
): ResourceHandler {
  const courseOf = openCourses()
  const tiles = openTiles()

  const answers: Readonly<Record<string, (paths: RunPaths, query: URLSearchParams) => Promise<Resource | null>>> = {
    course: async (paths, query) => ({
      bytes: packCourse(await courseOf(paths), numberOf(query, 'points', 2000, mostPoints)),
      type: 'application/octet-stream',
    }),
    'log.ndjson': async (paths, query) => ({
      bytes: await readLog(paths, numberOf(query, 'bytes', 4 << 20, 64 << 20)),
      type: 'application/x-ndjson; charset=utf-8',
    }),
    'tiles.json': async (paths, query) => {
      const { data } = (await readConfig(paths)) as { data?: string }
      const names = data === undefined ? [] : await classNames(data)
      const header = await tiles.header(paths, classOf(query), (label) => names[label] ?? String(label))
      return header && { bytes: Buffer.from(JSON.stringify(header)), type: 'application/json' }
    },
    'tiles.png': async (paths, query) => {
      const count = query.get('count') === null ? null : numberOf(query, 'count', 1, 1024)
      const start = numberOf(query, 'start', 0, 1e9)
      const bytes = await tiles.page(paths, classOf(query), start, count)
      return bytes && { bytes, type: 'image/png' }
    },
  }

  return async (resourcePath, query) => {
    const match = /^([\w-]+)\/((?:artifacts\/)?[\w-]+(?:\.(\w+))?)$/.exec(resourcePath)
    if (!match) return null
    const [, run = '', name = '', ending = ''] = match
    const paths = runPaths(project, run)
    const answer = Object.hasOwn(answers, name) ? answers[name] : undefined
    await requireOwnFiles(paths, ['config.json', 'events.ndjson', 'artifacts/synthetic.npz', name])
    if (answer) return answer(paths, query)
    if (ending !== 'png' && ending !== 'html') return null
    const bytes = await fs.readFile(path.join(paths.folder, name)).catch(() => null)
    return bytes && { bytes, type: ending === 'png' ? 'image/png' : 'text/html; charset=utf-8' }
  }
}

const classOf = (query: URLSearchParams): number | null =>
  query.get('class') === null ? null : numberOf(query, 'class', -1, 1e9)
