import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallInput, CallName, CallOutput } from '../contract/calls.ts'
import type { SynthesisRequest } from '../contract/calls/images.ts'
import { smallProject, type SmallProject } from '../testing/small-project.ts'

let small: SmallProject
beforeAll(async () => {
  small = await smallProject(600)
})
afterAll(() => small.remove())

const request: SynthesisRequest = {
  method: 'dp-merf',
  data: 'digits',
  epsilon: 2,
  delta: null,
  seed: 7,
  mode: 'research',
  preset: 'tiny',
  score: true,
  device: 'cpu',
  set: { batch: 20 },
}

async function answer<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
  const result = await small.lab.call(name, input)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

describe('the plan of a synthesis', () => {
  it('says noise, cost and steps of every stage, and touches nothing', async () => {
    const before = await answer('ledger.show', { data: 'digits' })
    const { plan, stageEpsilons, obstacle } = await answer('images.plan', request)
    expect(obstacle).toBeNull()
    expect(plan.privacy?.stages.map(({ id }) => id)).toEqual(['embedding', 'selection', 'validation-accuracy'])
    expect(stageEpsilons.length).toBe(3)
    expect(stageEpsilons[0]).toBeCloseTo(2, 2)
    expect(stageEpsilons.slice(1)).toEqual([0.5, 0.5])
    expect(plan.privacy?.spentAfter).toBeGreaterThan(1.99)
    expect(await answer('ledger.show', { data: 'digits' })).toEqual(before)
    expect(await answer('runs.list', {})).toEqual([])
  })

  it('is the plan of the run that is then made', async () => {
    const { plan } = await answer('images.plan', request)
    const { plan: made } = await small.lab.planSynthesis(request)
    expect(made).toEqual(plan)
  })

  it('answers beyond the budget as well, and says that it cannot be started', async () => {
    const { plan, obstacle } = await answer('images.plan', { ...request, epsilon: 50 })
    expect(obstacle).toMatchObject({ kind: 'budget', code: 'budget-exceeded' })
    expect(plan.privacy?.spentAfter).toBeGreaterThan(plan.privacy!.budget)
    const started = await small.lab.call('images.start', { ...request, epsilon: 50 })
    expect(started).toMatchObject({ ok: false, error: { code: 'budget-exceeded' } })
  })

  it('says that the memory of the machine is too small', async () => {
    const large = { features: 100_000, batch: 5000, images: 1_000_000 }
    const { obstacle, plan, memoryLimit } = await answer('images.plan', { ...request, set: large })
    expect(plan.memoryBytes).toBeGreaterThan(8e9)
    expect(obstacle?.kind === 'memory').toBe(plan.memoryBytes > memoryLimit)
  })

  it('names a field that is out of range', async () => {
    const wrong = await small.lab.call('images.plan', { ...request, set: { batch: 3 } })
    expect(wrong).toMatchObject({
      ok: false,
      error: { code: 'config-invalid', message: expect.stringContaining('batch') },
    })
  })
})

describe('the largest ε that fits', () => {
  it('never exceeds the budget, and a thousandth more would', async () => {
    const { epsilon } = await answer('images.fit', { ...request, epsilon: 50 })
    expect(epsilon).toBeGreaterThan(1)
    const fits = async (value: number) =>
      (await answer('images.plan', { ...request, epsilon: value })).obstacle === null
    expect(await fits(epsilon!)).toBe(true)
    expect(await fits(epsilon! + 0.001)).toBe(false)
  })
  it('is what was asked where that fits', async () =>
    expect((await answer('images.fit', request)).epsilon).toBe(request.epsilon))
})

describe('the settings of a run', () => {
  it('make the same request again', async () => {
    const { run } = await small.lab.createSynthesis(request)
    expect(await answer('images.settings', { run })).toEqual(request)
    expect(await answer('images.results', {})).toEqual([])
  })
})
