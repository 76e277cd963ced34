import { describe, expect, it } from 'vitest'
import {
  labelOf,
  rangeWords,
  readSettings,
  settingsOf,
  strideOf,
  troubleOf,
  type NumberSetting,
} from './schema-fields.ts'

const schema = {
  properties: {
    variant: { type: 'string', enum: ['lethe', 'published'], description: 'which' },
    features: { type: 'integer', minimum: 2, maximum: 100_000, multipleOf: 2, description: 'D' },
    steps: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'steps' },
    learningRate: { type: 'number', exclusiveMinimum: 0, maximum: 1, description: 'rate' },
    average: { type: 'boolean', description: 'whether' },
    schedule: { type: 'array', description: 'degrees' },
  },
}
const settings = settingsOf(schema)
const of = (name: string) => settings.find((setting) => setting.name === name)!

describe('the form of a schema', () => {
  it('has a control for every field, in order', () =>
    expect(settings.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'variant choice',
      'features number',
      'steps number',
      'learningRate number',
      'average switch',
      'schedule other',
    ]))
  it('says ranges in words', () => {
    expect(rangeWords(of('features') as NumberSetting)).toBe('2 to 100\u202f000, in steps of 2')
    expect(rangeWords(of('steps') as NumberSetting)).toBe('from 1')
    expect(rangeWords(of('learningRate') as NumberSetting)).toBe('above 0 to 1')
  })
  it('writes names as words', () => expect(labelOf('featuresPerStep')).toBe('Features per step'))
  it('names what is wrong', () => {
    const trouble = (name: string, value: unknown) => troubleOf(of(name), value)
    expect(trouble('features', 10)).toBeNull()
    expect(trouble('features', 11)).toBe('Expected a multiple of 2.')
    expect(trouble('features', 1.5)).toBe('Expected a whole number.')
    expect(trouble('features', 0)).toContain('2 to 100\u202f000')
    expect(trouble('learningRate', 0)).toContain('above 0')
    expect(trouble('learningRate', 1)).toBeNull()
    expect(trouble('learningRate', 'a')).toBe('Expected a number.')
    expect(trouble('variant', 'other')).toContain('lethe, published')
    expect(trouble('average', true)).toBeNull()
  })
  it('steps by a tenth of the size', () => {
    expect(strideOf(of('features') as NumberSetting, 100)).toBe(2)
    expect(strideOf(of('learningRate') as NumberSetting, 0.03)).toBeCloseTo(0.001)
  })
})

describe('settings as JSON', () => {
  const preset = { features: 100, variant: 'lethe' }
  it('keep what differs from the preset', () =>
    expect(readSettings('{"features": 200, "variant": "lethe"}', preset)).toEqual({ set: { features: 200 } }))
  it('say what is wrong', () => {
    expect(readSettings('{"features"', preset)).toHaveProperty('trouble')
    expect(readSettings('[1]', preset)).toHaveProperty('trouble')
    expect(readSettings('{"feature": 1}', preset)).toEqual({ trouble: 'There is no field feature.' })
  })
})
