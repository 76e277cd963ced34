import { expect, test } from 'vitest'
import { LetheError } from '../contract/errors.ts'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'
import { studyDefaults, type PassedOver, type StudyStep } from '../lab/studies/wanted.ts'
import { readWords } from './command.ts'
import { makeMissing, optionsOf, studyAnswer, studyCommands } from './studies.ts'

const folder = temporaryFolder()
const [table] = studyCommands

test('a seed named twice is one: nothing is measured of it twice', () => {
  const words = readWords(table!, ['--seeds', '1,2,1,01', '--tasks', 'hopper,hopper'])
  expect(optionsOf(table!, words, studyDefaults)).toMatchObject({ seeds: [1, 2], tasks: ['hopper'] })
})

test('a refused plan does not end the study: it is told, and the next is made', async () => {
  const lab = await openLab({ project: folder.path('project') })
  const step = (words: string): StudyStep => ({
    ...{ words, run: null },
    make: () => Promise.reject(new LetheError('out-of-memory', `${words} is too large.`, 'Import a part.')),
  })
  const asked: string[][] = []
  const next = async (passedOver: PassedOver): Promise<StudyStep | null> => {
    asked.push([...passedOver])
    return [step('first'), step('second')].find(({ words }) => !passedOver.has(words)) ?? null
  }
  const failures = await makeMissing(lab, { signal: new AbortController().signal, say: () => undefined }, next)
  expect(asked).toEqual([[], ['first'], ['first', 'second']])
  expect(failures).toMatchObject([
    { what: 'first', run: null, error: { code: 'out-of-memory' } },
    { what: 'second', run: null },
  ])
  const { ok, text } = studyAnswer({}, '', failures)
  expect({ ok, text }).toEqual({ ok: false, text: expect.stringContaining('Not made: first. first is too large.') })
})
