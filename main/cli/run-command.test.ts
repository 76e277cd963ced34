import { expect, test } from 'vitest'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'
import { createRun } from '../runs/folder.ts'
import { auditCommands } from './audit.ts'
import { readWords } from './command.ts'
import { forgettingCommands } from './forgetting.ts'

const folder = temporaryFolder()
const [audit, train] = [auditCommands[0]!, forgettingCommands[0]!]
const lab = await openLab({ project: folder.path('project') })
const plan = { steps: [], memoryBytes: 0, privacy: null, nonPrivateReads: [] }
const { id } = await createRun(lab.project, { kind: 'trajectories.train', title: 'Training', config: {}, plan })

const resumed = (command: typeof audit, ...more: string[]) =>
  command.run({
    words: readWords(command, ['--resume', id, ...more]),
    ...{ json: true, signal: new AbortController().signal, lab: () => Promise.resolve(lab), say: () => undefined },
  })

test('a run of another kind is not gone on with', async () => {
  await expect(resumed(audit)).rejects.toMatchObject({
    code: 'run-state',
    message: expect.stringContaining('of the kind trajectories.train'),
    hint: expect.stringContaining(`lethe runs resume ${id}`),
  })
  expect((await lab.showRun(id)).summary.state).toBe('queued')
})

test.each([['--plan-only'], ['--set', 'steps=30'], ['--algorithm', 'bc'], ['--device', 'cpu'], ['--seed', '2']])(
  'what would be ignored beside --resume is refused: %s',
  async (...words) => {
    await expect(resumed(train, ...words)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`${words[0]} cannot be given beside --resume`),
    })
    expect((await lab.showRun(id)).summary.state).toBe('queued')
  },
)
