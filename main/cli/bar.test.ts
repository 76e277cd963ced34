import { expect, test } from 'vitest'
import { duration, progressLine, table } from './bar.ts'

test('rate and time left stay in sight on a narrow terminal', () => {
  for (const columns of [40, 60, 79, 80, 119, 200]) {
    const line = progressLine(
      'Learning from synthetic: Small CNN (16, 32, 128)',
      0.42,
      '  87/s  1 min 26 s left',
      columns,
    )
    expect(line.length).toBeLessThanOrEqual(columns)
    if (columns >= 60) expect(line.endsWith(' 42 %  87/s  1 min 26 s left')).toBe(true)
  }
})

test('durations and tables read well', () => {
  expect([0, 59.6, 61, 3600].map(duration)).toEqual(['0 s', '1 min 00 s', '1 min 01 s', '60 min 00 s'])
  expect(
    table([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toBe('a    bb\nccc  d')
})
