import { describe, expect, it } from 'vitest'
import { secondsLeft } from './data-store.ts'
import { deltaWarning, emptyForm, formErrors, importInput, nameFor } from './import-form.ts'

const form = { ...emptyForm, name: 'Ward photos' }

describe('import form', () => {
  it('has defaults that need nothing but a name', () => {
    expect(formErrors(form, ['mnist'])).toEqual({})
    expect(formErrors(emptyForm, [])).toEqual({ name: expect.any(String) })
  })
  it('names the field that is wrong', () => {
    expect(Object.keys(formErrors({ ...form, name: '写真' }, []))).toEqual(['name'])
    expect(formErrors(form, ['ward-photos']).name).toContain('ward-photos')
    expect(Object.keys(formErrors({ ...form, budget: 0, delta: 1, privacyUnit: ' ' }, [])).sort()).toEqual([
      'budget',
      'delta',
      'privacyUnit',
    ])
    expect(formErrors({ ...form, budget: NaN }, []).budget).toBeDefined()
  })
  it('asks nothing about privacy of public data', () => {
    expect(formErrors({ ...form, sensitive: false, budget: 0, delta: 7, privacyUnit: '' }, [])).toEqual({})
  })
  it('warns of a δ that protects nobody', () => {
    const becomes = { splits: { train: 1000, validation: 90, test: 200 } } as never
    expect(deltaWarning({ ...form, delta: 1e-3 }, becomes)).toContain('1000')
    expect(deltaWarning({ ...form, delta: 1e-4 }, becomes)).toBeNull()
    expect(deltaWarning(form, becomes)).toBeNull()
  })
  it('sends what was typed, trimmed, and never an empty unit', () => {
    const input = importInput({ ...form, name: ' A ', privacyUnit: ' ', sensitive: false }, '/a', 't')
    expect(input).toMatchObject({ name: 'A', privacyUnit: 'one image', path: '/a', task: 't', delta: null })
  })
  it('reads a file name as a person would', () =>
    expect(['ward_photos-2', 'train'].map(nameFor)).toEqual(['Ward photos 2', 'Train']))
  it('says how long a task still takes, once it can be known', () => {
    const task = { task: 'a', label: '', done: 25, total: 100, since: 0 }
    expect(secondsLeft(task, 500)).toBeNull()
    expect(secondsLeft(task, 2000)).toBe(6)
    expect(secondsLeft({ ...task, done: 0 }, 2000)).toBeNull()
  })
})
