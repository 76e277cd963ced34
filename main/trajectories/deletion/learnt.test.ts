import { expect, test } from 'vitest'
import { learntAmong } from './learnt.ts'
import type { RunFolder } from './runs-on.ts'

const hashOf = (id: number): string => `${id}`.padStart(2, '0').repeat(32)
const episodes = [0, 1, 2, 3, 4].map((id) => ({
  ...{ id, start: id, length: 1, return: 0, end: 'cut', finalKnown: false, tags: [], seed: null },
  sha256: hashOf(id),
})) as Parameters<typeof learntAmong>[1]['episodes']
const whole = {
  ...{ data: 'hops', contentHash: 'f'.repeat(64), created: '' },
  episodes: episodes.map(({ id, sha256 }): [number, string] => [id, sha256.slice(0, 16)]),
}
const runOf = (id: string, kind: string, config: object): RunFolder => ({
  ...{ id, folder: id, trash: null, config: { data: 'hops', ...config } },
  record: { kind: `trajectories.${kind}`, title: id, state: 'succeeded', created: '' },
})
const runs = [
  runOf('trained', 'train', { share: 0.8 }),
  runOf('rewarded', 'unlearn', { agent: 'trained', forget: [1], method: 'random-reward' }),
  runOf('forgot', 'unlearn', { agent: 'rewarded', forget: [2], method: 'finetune' }),
]
const header = { data: { id: 'hops', contentHash: whole.contentHash }, share: 0.8 }
const learnt = (id: string, among = episodes): number[] =>
  learntAmong({ id, header }, { id: 'version', episodes: among }, runs, [whole]).learnt.map((one) => one.id)

test('an agent trained on episodes with other rewards has learnt them; one that forgot others has not learnt those', () => {
  expect(learnt('trained')).toEqual([0, 1, 2, 3]) // the last one is held out
  expect(learnt('rewarded')).toEqual([0, 1, 2, 3])
  expect(learnt('forgot')).toEqual([0, 1, 3])
})

test('of a version that is numbered anew, what the agent learnt is told by the hashes, in the numbers of its own set', () => {
  const anew = episodes.slice(2).map((episode, id) => ({ ...episode, id }))
  const of = learntAmong({ id: 'rewarded', header }, { id: 'version', episodes: anew }, runs, [whole])
  expect(of.learnt.map(({ id }) => id)).toEqual([2, 3])
  expect(of.pool.trained.map(({ id }) => id)).toEqual([0, 1])
})

test('refused where nothing tells what the agent was trained on, or it was none of these', () => {
  const strange = [{ ...episodes[0]!, sha256: hashOf(77) }]
  expect(() => learnt('trained', strange)).toThrow(/not trained on version/)
  expect(() => learntAmong({ id: 'trained', header }, { id: 'version', episodes }, runs, [])).toThrow(/not trained/)
})
