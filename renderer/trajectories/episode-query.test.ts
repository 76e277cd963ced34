import { expect, it } from 'vitest'
import { placesOf, readQuery, type Only } from './episode-query.ts'
import type { Episodes } from './episodes.ts'
import { noneSelected } from './trajectories-store.ts'

const episodes: Episodes = {
  ...{ data: 'a', contentHash: '', count: 4, rewards: null },
  ids: [0, 1, 5, 9],
  lengths: [100, 200, 300, 1000],
  returns: [-20, 50, 900, 3000],
  ends: 'ttoc',
  tags: ['medium', 'medium', 'expert', ''],
}
const all = { only: null, selection: noneSelected }
const idsOf = (text: string, only: Only = all) =>
  placesOf(readQuery(text, episodes), episodes, only).map((place) => episodes.ids[place])

it.each([
  ['', [0, 1, 5, 9]],
  ['expert', [5]],
  ['MED', [0, 1]],
  ['terminal', [0, 1]],
  ['time', [5]],
  ['return>50', [5, 9]],
  ['return>=50 steps<=300', [1, 5]],
  ['return<−10', [0]],
  ['1-5', [1, 5]],
  ['9', [9]],
  ['medium 1-9', [1]],
  ['id=5', [5]],
  ['return > 50', [5, 9]],
  ['steps <= 300 return >= 50', [1, 5]],
  ['0, 5', [0, 5]],
  ['medium 1 – 5, 9', [1]],
  ['time limit', [5]],
  ['nothing', []],
])('%j shows %j', (text, ids) => expect(idsOf(text)).toEqual(ids))

it('what it does not understand is said and passed over', () => {
  const query = readQuery('return> expert', episodes)
  expect(query.trouble).toMatch(/number is missing/)
  expect(placesOf(query, episodes, all)).toEqual([2])
  expect(readQuery('reward>3', episodes).trouble).toMatch(/reward is no figure/)
})

it('only the selected are shown, with the words beside; one that is deselected on the way stays in its place', () => {
  const only = new Set([1, 5])
  expect(idsOf('', { only, selection: only })).toEqual([1, 5])
  expect(idsOf('expert', { only, selection: only })).toEqual([5])
  expect(idsOf('', { only, selection: new Set([1, 9]) })).toEqual([1, 5, 9])
})
