import { describe, expect, it } from 'vitest'
import { projectFolder } from './project.ts'

describe('project folder', () => {
  it.each<[string, string[], Record<string, string>, string]>([
    ['a word of its own', ['electron', '.', '--project', '/data/a'], { LETHE_PROJECT: '/data/b' }, '/data/a'],
    ['one word', ['electron', '--project=/data/a=b'], {}, '/data/a=b'],
    ['the environment', ['electron', '.'], { LETHE_PROJECT: '/data/b' }, '/data/b'],
    ['the usual place', ['electron', '.'], {}, '/home/x/Documents/lethe'],
    ['the usual place where the word is missing', ['electron', '--project'], {}, '/home/x/Documents/lethe'],
  ])('%s', (_what, argv, environment, expected) => expect(projectFolder(argv, environment, '/home/x')).toBe(expected))
})
