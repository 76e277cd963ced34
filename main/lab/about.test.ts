/** What one window does in a project is hinted to another by the marks of its pulse. */
import { expect, test } from 'vitest'
import { temporaryFolder } from '../data/formats/testing.ts'
import { openLab } from '../lab.ts'

const folder = temporaryFolder()

test('a set, a request and a run that came elsewhere change their mark, and only theirs', async () => {
  const project = folder.path('project')
  const [here, elsewhere] = [await openLab({ project }), await openLab({ project })]
  const marks = async () => {
    const pulse = await here.call('lab.pulse', {})
    if (!pulse.ok) throw new Error(pulse.error.message)
    return pulse.value.marks
  }
  const changed = async (before: Awaited<ReturnType<typeof marks>>) => {
    const after = await marks()
    return (['data', 'requests', 'runs'] as const).filter((kind) => after[kind] !== before[kind])
  }
  const step = async (work: () => Promise<unknown>) => {
    const before = await marks()
    await work()
    return changed(before)
  }
  const set = { task: 'hopper', policy: 'medium', episodes: 2, seed: 3, noise: 0.02, variant: 'v4' } as const
  expect(await step(() => elsewhere.collectTrajectories({ ...set, name: 'hops' }))).toEqual(['data'])
  const about = { data: 'hops', agent: null, selector: 'ids:1', seed: 1, note: '' }
  let request = ''
  expect(await step(async () => (request = (await elsewhere.openRequest(about)).request))).toEqual(['requests'])
  // To look at one writes nothing where nothing happened since.
  expect(await step(() => here.showRequest(request))).toEqual([])
  expect(await step(() => elsewhere.makeRequestVersion(request))).toEqual(['data', 'requests'])
  const training = { algorithm: 'td3-bc', data: 'hops', preset: 'tiny' } as const
  expect(await step(() => elsewhere.createTraining(training))).toEqual(['runs'])
})
