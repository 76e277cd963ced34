import { promises as fs } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'
import { requestFile } from '../trajectories/deletion/record.ts'
import { readWords, type Answer } from './command.ts'
import { deletionCommands } from './deletion.ts'

const folder = temporaryFolder()
const lab = await openLab({ project: folder.path('project') })
const how = { task: 'hopper', policy: 'medium', episodes: 4, seed: 3, noise: 0.02, variant: 'v4' } as const
await lab.collectTrajectories({ ...how, name: 'hops' })

function run(name: string, words: string[], signal = new AbortController().signal): Promise<Answer> {
  const command = deletionCommands.find((one) => one.name === `trajectories request ${name}`)!
  const said = { json: true, signal, lab: () => Promise.resolve(lab), say: () => undefined }
  return command.run({ words: readWords(command, words), ...said })
}

test('stopped while the version is written, a request is gone on with: once, however often it is asked', async () => {
  const stopped = new AbortController()
  stopped.abort()
  const opening = run('open', ['--data', 'hops', '--forget', 'ids:1'], stopped.signal)
  const error = await opening.catch((thrown: unknown) => thrown)
  const { request } = (await lab.listRequests())[0]!
  expect(error).toMatchObject({
    code: 'cancelled',
    hint: `\`lethe trajectories request version ${request}\` writes it.`,
  })
  expect((await run('show', [request])).text).toContain(`not made; \`lethe trajectories request version ${request}\``)
  const { document } = await run('version', [request])
  expect(document).toMatchObject({ request: { version: { episodes: 3 }, incomplete: [] } })
  expect((await run('version', [request])).document).toEqual(document)
})

test('a request for the whole set says what to do instead', async () => {
  await expect(run('open', ['--data', 'hops', '--forget', 'ids:0,1,2,3'])).rejects.toMatchObject({
    ...{ code: 'config-invalid', message: expect.stringContaining('names every episode of the set') },
    hint: expect.stringContaining('Remove the whole set instead'),
  })
})

test('a record without a first line that holds is one row, and hides no other', async () => {
  await run('open', ['--data', 'hops', '--forget', 'ids:2'])
  const [newest, ...others] = await lab.listRequests()
  const { request } = newest!
  await fs.writeFile(requestFile(lab.project, request), '{"kind":"open"}\n')
  const { text } = await run('list', [])
  expect(text.split('\n').find((line) => line.startsWith(request))).toMatch(/damaged +Not even its first line holds\./)
  for (const other of others) expect(text).toContain(`${other.request}  open`)
  await expect(run('show', [request])).rejects.toMatchObject({ code: 'request-corrupt' })
})
