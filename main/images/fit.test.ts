import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestThatFits, settingsThatFit } from './fit.ts'

describe('the largest that fits', () => {
  it('is the last below the edge, wherever the edge is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5000), fc.nat(6000), async (most, edge) => {
        expect(await largestThatFits(most, (candidate) => candidate <= edge)).toBe(Math.min(most, edge))
      }),
      { numRuns: 200 },
    )
  })
  it('never looks beyond what was asked', async () => {
    const seen: number[] = []
    await largestThatFits(100.7, (candidate) => seen.push(candidate) > 0)
    expect(Math.max(...seen)).toBe(100)
  })
})

describe('the settings that fit', () => {
  const schema = {
    properties: {
      features: { type: 'integer', minimum: 2, multipleOf: 2 },
      images: { type: 'integer', minimum: 10 },
      rate: { type: 'number' },
    },
  }
  const memory = (parameters: Readonly<Record<string, unknown>>) =>
    100 * Number(parameters['features']) + Number(parameters['images'])

  it('lowers one field at a time, to the last value on its grid that fits', async () => {
    const found = await settingsThatFit(schema, { features: 100, images: 600, rate: 1 }, (set) => memory(set) <= 9999)
    expect(found).toEqual([{ field: 'features', value: 92 }])
    const both = await settingsThatFit(schema, { features: 90, images: 1500, rate: 1 }, (set) => memory(set) <= 9999)
    expect(both).toEqual([
      { field: 'features', value: 84 },
      { field: 'images', value: 999 },
    ])
  })
  it('leaves out fields that do not help', async () =>
    expect(await settingsThatFit(schema, { features: 100, images: 10, rate: 1 }, () => false)).toEqual([]))
})
