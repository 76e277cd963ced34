import { expect, test } from 'vitest'
import { idsInWords, parseEpisodeIds } from './episode-ids.ts'

test.each([
  ['one column', '3\n14\n15\n', [3, 14, 15]],
  ['a head over it', '\uFEFFepisode\r\n3\r\n\r\n14\r\n', [3, 14]],
  ['a head with a digit', 'v2 ids\n3\n', [3]],
  ['numbers alone on one line', ' 3, 14;15 16\n', [3, 14, 15, 16]],
  ['ranges on one line', '3, 14-16', [3, 14, 15, 16]],
  ['the first column of a table', 'episode,steps\n3,250\n14,251\n', [3, 14]],
  ['the table of an audit', 'episode,group,return,sha256\n3,forgotten,1.5,77ab\n14,control,,9\n', [3, 14]],
  ['semicolons, tabs and quotes', '"ID"\t"said, by"\n"3"\t"a, b"\n14\t250\n', [3, 14]],
])('ids of a file: %s', (_, text, ids) => expect(parseEpisodeIds(text, 'ids.csv')).toEqual(ids))

test.each([
  ['another column first', 'steps,episode\n250,3\n', 'line 1', 'steps,episode'],
  ['columns without a head', '3,250\n14,251\n', 'line 1', '3,250'],
  ['columns apart by spaces', 'episode steps\n3 250\n', 'line 2', '3 250'],
  ['lines of several', '3 14\n15\n', 'line 1', '3 14'],
  ['a column more further down', 'episode\n3\n14,251\n', 'line 3', '14,251'],
  ['a cell over two lines', 'id,note\n3,"gone\n14, all of it"\n', 'line 2', 'gone'],
  ['a number that is no id', 'episode\n3.5\n', 'line 2', '3.5'],
  ['a range in a column', 'episode\n3-5\n', 'line 2', '3-5'],
  ['a date', '2024-11-28\n', 'line 1', '2024-11-28'],
  ['a range backwards', '5-3\n', 'line 1', '5-3'],
  ['a word', 'episode\n\nthree\n', 'line 3', 'three'],
  ['a head alone', 'episode,steps\n', 'line 1', 'no line after it'],
  ['nothing', ' \n', 'line 1', 'nothing'],
])('refused, naming the line and what was found: %s', (_, text, line, found) => {
  const parse = () => parseEpisodeIds(text, 'ids.csv')
  expect(parse).toThrow(`ids.csv, ${line}: expected the number of an episode`)
  expect(parse).toThrow(found)
})

test.each([
  ['3, 14-15', '3, 14,15'],
  ['14 – 16 20', '14,15,16 20'],
  ['5-3', '5-3'],
  ['1-2-3', '1-2-3'],
  ['1-999999999', '1-999999999'],
])('ranges are written out: %j', (text, words) => expect(idsInWords(text)).toBe(words))
