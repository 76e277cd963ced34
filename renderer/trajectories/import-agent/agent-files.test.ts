import { expect, test } from 'vitest'
import { kindOf, noFiles, withFiles } from './agent-files.ts'

test('files are told apart by their ends, whatever order and folder they come in', () => {
  const { files, strange } = withFiles(noFiles, ['/a/check.npz', 'C:\\b\\params.json', '/a/model_6.PT', '/a/notes.txt'])
  expect(files).toEqual({ weights: '/a/model_6.PT', params: 'C:\\b\\params.json', check: '/a/check.npz' })
  expect(strange).toEqual(['notes.txt'])
  expect(kindOf('/a/folder')).toBeNull()
})

test('a second of a kind is not taken silently', () => {
  const { files, strange } = withFiles(noFiles, ['/a/model_1.pt', '/a/model_2.safetensors'])
  expect([files.weights, strange]).toEqual(['/a/model_1.pt', ['model_2.safetensors']])
})

test('other weights keep the settings, not the predictions of those before', () => {
  const before = { weights: '/a/1.pt', params: '/a/params.json', check: '/a/check.npz' }
  expect(withFiles(before, ['/a/2.pt']).files).toEqual({ weights: '/a/2.pt', params: '/a/params.json', check: null })
  expect(withFiles(before, ['/b/other.json']).files.check).toBe('/a/check.npz')
})
