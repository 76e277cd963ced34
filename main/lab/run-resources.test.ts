import { promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runPaths } from '../runs/folder.ts'
import { makeReport } from '../runs/report.ts'
import { runResources } from './run-resources.ts'

let project = ''
beforeEach(async () => {
  project = await fs.mkdtemp(path.join(os.tmpdir(), 'lethe-resources-'))
  await fs.writeFile(path.join(project, 'secret'), '{"secret":true}\n')
  await fs.mkdir(runPaths(project, 'a').artifacts, { recursive: true })
})
afterEach(() => fs.rm(project, { recursive: true, force: true }))

test('a picture is served; what is not there, or no picture, is not', async () => {
  const resource = runResources(project, () => Promise.resolve([]))
  await fs.writeFile(path.join(runPaths(project, 'a').artifacts, 'x.png'), 'pixels')
  const find = (place: string) => resource(place, new URLSearchParams())
  expect(Buffer.from((await find('a/artifacts/x.png'))!.bytes).toString()).toBe('pixels')
  for (const place of ['a/artifacts/y.png', 'b/artifacts/x.png', 'a/state.json']) expect(await find(place)).toBeNull()
})

test('what a link in a project from others leads to is neither shown nor put into a report', async () => {
  const paths = runPaths(project, 'a')
  const resource = runResources(project, () => Promise.resolve([]))
  await fs.symlink(path.join(project, 'secret'), path.join(paths.artifacts, 'x.png'))
  await fs.symlink(path.join(project, 'secret'), paths.metrics)
  await expect(resource('a/artifacts/x.png', new URLSearchParams())).rejects.toMatchObject({ code: 'file-unreadable' })
  await expect(makeReport(paths, {} as never)).rejects.toMatchObject({ code: 'file-unreadable' })
  await fs.symlink(path.join(project, 'secret'), paths.events)
  await expect(resource('a/log.ndjson', new URLSearchParams())).rejects.toMatchObject({ code: 'file-unreadable' })
})
