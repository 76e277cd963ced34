import { promises as fs } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'
import { demoForgetting } from './demo-forgetting.ts'

const folder = temporaryFolder()

test('the demo trains an agent, makes it forget two episodes, and shows the values before and after', async () => {
  const lab = await openLab({ project: folder.path('project') })
  const { runs, text } = await demoForgetting(lab, { signal: new AbortController().signal, say: () => undefined })
  expect((await lab.runs()).map(({ id, kind, state }) => [id, kind, state])).toEqual([
    [runs[0], 'trajectories.train', 'succeeded'],
    [runs[1], 'trajectories.unlearn', 'succeeded'],
  ])
  expect(text).not.toContain('missing')
  const report = /^Report: (.*)$/m.exec(text)![1]!
  expect((await fs.stat(report)).size).toBeGreaterThan(1000)
}, 120_000)
