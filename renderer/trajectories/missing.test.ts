import { expect, test } from 'vitest'
import { noFiles } from './import-agent/agent-files.ts'
import { missingToAudit, missingToImport, missingToUnlearn } from './missing.ts'

test('an unlearning lacks an agent before episodes, and episodes before the right ones', () => {
  const lacks = missingToUnlearn
  expect(lacks({ agent: false, selected: 0, strange: 0 })).toMatch(/No agent/)
  expect(lacks({ agent: true, selected: 0, strange: 0 })).toMatch(/No episode is selected/)
  expect(lacks({ agent: true, selected: 3, strange: 1 })).toMatch(/only what it was trained on/)
  expect(lacks({ agent: true, selected: 3, strange: 0 })).toBeNull()
})

test('an audit needs selected episodes only where it is to be of those', () => {
  expect(missingToAudit({ agent: false, selected: 5, episodes: 'all' })).toMatch(/No agent/)
  expect(missingToAudit({ agent: true, selected: 0, episodes: 'selected' })).toMatch(/No episode is selected/)
  expect(missingToAudit({ agent: true, selected: 2, episodes: 'selected' })).toBeNull()
  expect(missingToAudit({ agent: true, selected: 0, episodes: 'auto' })).toBeNull()
})

test('an agent made elsewhere is its weights and its settings; predictions may be left out', () => {
  expect(missingToImport(noFiles)).toMatch(/Choose the files/)
  expect(missingToImport({ ...noFiles, weights: '/a/model_6.pt' })).toMatch(/settings are missing/)
  expect(missingToImport({ ...noFiles, params: '/a/params.json' })).toMatch(/weights are missing/)
  expect(missingToImport({ weights: '/a/model_6.pt', params: '/a/params.json', check: null })).toBeNull()
})
