import { expect, it } from 'vitest'
import { createLatest } from './latest.ts'

it('asks the first and the last of a burst, one at a time, in order', async () => {
  const asked: number[] = []
  const heard: [number, boolean][] = []
  let flying = 0
  const latest = createLatest(
    async (question: number) => {
      expect(++flying).toBe(1)
      asked.push(question)
      await new Promise((resolve) => setTimeout(resolve, 5))
      flying--
      return question * 10
    },
    (answer, _question, outdated) => heard.push([answer, outdated]),
  )
  for (let question = 1; question <= 5; question++) latest.ask(question)
  await expect.poll(() => heard.length).toBe(2)
  latest.ask(6)
  await expect.poll(() => heard.length).toBe(3)
  expect(asked).toEqual([1, 5, 6])
  expect(heard).toEqual([
    [10, true],
    [50, false],
    [60, false],
  ])
})
