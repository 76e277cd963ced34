import { expect, test } from 'vitest'
import { settingWords } from './setting-words.ts'

const list = (length: number, of: (at: number) => number) => JSON.stringify(Array.from({ length }, (_, at) => of(at)))

test('short ones stand as they are; ids that follow each other as a range', () => {
  expect(settingWords([null, 0.5, 1e-4, 'trajdeleter', '[256,256]', '[]'])).toEqual([
    '–',
    '0.5',
    '1e-4',
    'trajdeleter',
    '256, 256',
    'none',
  ])
  expect(settingWords([list(2000, (at) => at), '[1,2,7,8,9,3]'])).toEqual(['2000 values: 0–1999', '1, 2, 7–9, 3'])
})

test('thousands of ids are a count and the first of them', () => {
  const [words] = settingWords([list(2000, (at) => 2 * at), null])
  expect(words).toMatch(/^2000 values: 0, 2, 4, [\d, ]+, …$/)
  expect(words!.length).toBeLessThan(100)
})

test('what begins alike is shown from where it differs, so that no two that differ look the same', () => {
  const many = Array.from({ length: 500 }, (_, at) => 3 * at)
  const [a, b] = [JSON.stringify([...many, 4000]), JSON.stringify([...many, 5000, 5002])]
  expect(settingWords([a, b])).toEqual(['501 values: … 4000', '502 values: … 5000, 5002'])
  const selector = `ids:${many.join(',')}`
  expect(settingWords([`${selector},1`, `${selector},2`])).toEqual(['… 1', '… 2'])
  expect(settingWords([a, a]).every((words) => words.startsWith('501 values: 0, 3, 6'))).toBe(true)
})
