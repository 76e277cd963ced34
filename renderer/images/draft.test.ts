import { describe, expect, it } from 'vitest'
import { firstDraft, publishedNameOf, readDraft, type Draft } from './draft.ts'

describe('a draft kept over a restart', () => {
  it('comes back as it was', () => {
    const draft: Draft = {
      ...firstDraft,
      data: 'ward-photos',
      epsilon: 0.42,
      delta: 1e-5,
      mode: 'release',
      set: { batch: 50 },
    }
    expect(readDraft(JSON.parse(JSON.stringify(draft)))).toEqual(draft)
  })
  it('is the first one where nothing sound was kept', () => {
    for (const kept of [undefined, null, 'x', 4, [], { method: 7, epsilon: 'much', seed: 0.5, data: '../x', set: [1] }])
      expect(readDraft(kept)).toEqual(firstDraft)
  })
  it('does not take an ε that no plan could answer', () => {
    expect(readDraft({ epsilon: -1 }).epsilon).toBe(1)
    expect(readDraft({ epsilon: Infinity }).epsilon).toBe(1)
  })
})

describe('the published name of a data set', () => {
  const names = ['MNIST', 'FashionMNIST', 'CIFAR-10', 'Camelyon']
  const of = (id: string, name: string) => publishedNameOf({ id, name }, names)
  it('is found by id or name', () => {
    expect(of('mnist', 'MNIST')).toBe('MNIST')
    expect(of('a', 'Fashion MNIST')).toBe('FashionMNIST')
    expect(of('cifar10', 'Photos')).toBe('CIFAR-10')
  })
  it('is not guessed from a part of a name', () => expect(of('my-mnist-like', 'My MNIST-like set')).toBeNull())
})
