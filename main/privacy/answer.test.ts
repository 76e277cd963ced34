import { describe, expect, test } from 'vitest'
import { epsilonFor, noiseFor } from './answer.ts'

const setting = { delta: 1e-5, stages: [{ sigma: 1.1, rate: 0.01, steps: 1000 }] }

describe('privacy epsilon', () => {
  test('one result for each setting, by every accountant that applies', () => {
    const full = { delta: 1e-5, stages: [{ sigma: 3.73, rate: 1, steps: 1 }] }
    const [sampled, release] = epsilonFor({ settings: [setting, full] })
    expect(Object.keys(sampled!)).toEqual(['rdp', 'pld'])
    expect(Object.keys(sampled!.rdp!)).toEqual(['epsilon', 'order'])
    expect(release!.gaussian!.epsilon).toBeCloseTo(1.000186, 6)
    expect(release!.pld!.epsilon).toBeCloseTo(1.000186, 6)
    expect(release!.rdp).toEqual({ epsilon: expect.closeTo(1.0928, 4), order: 17 })
  })

  test('only what was asked for', () => {
    expect(epsilonFor({ accountants: ['pld'], settings: [setting] })).toEqual([
      { pld: { epsilon: expect.any(Number) } },
    ])
    expect(epsilonFor({ accountants: ['gaussian'], settings: [setting] })).toEqual([{}])
    expect(epsilonFor({ settings: [] })).toEqual([])
  })

  test('infinities are strings, nothing costs nothing', () => {
    const settings = [
      { delta: 1e-5, stages: [{ sigma: 0, rate: 1, steps: 1 }] },
      { delta: 1e-5, stages: [] },
    ]
    const [bare, empty] = epsilonFor({ settings })
    expect(bare).toMatchObject({ rdp: { epsilon: 'inf' }, pld: { epsilon: 'inf' }, gaussian: { epsilon: 'inf' } })
    expect(empty).toMatchObject({ rdp: { epsilon: 0 }, pld: { epsilon: 0 }, gaussian: { epsilon: 0 } })
    expect(JSON.parse(JSON.stringify(bare))).toEqual(bare)
  })

  test.each([
    [null],
    [{}],
    [{ settings: [{ ...setting, delta: 0 }] }],
    [{ settings: [{ ...setting, delta: 1 }] }],
    [{ settings: [{ ...setting, delta: '1e-5' }] }],
    [{ settings: [{ ...setting, surplus: 1 }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: -1, rate: 0.1, steps: 1 }] }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: Infinity, rate: 0.1, steps: 1 }] }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: NaN, rate: 0.1, steps: 1 }] }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: 1, rate: 1.1, steps: 1 }] }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: 1, rate: 0.1, steps: 1.5 }] }] }],
    [{ settings: [{ delta: 1e-5, stages: [{ sigma: 1, rate: 0.1, steps: 1e10 }] }] }],
    [{ accountants: ['moments'], settings: [] }],
    [{ accountants: [], settings: [] }],
  ])('refuses %j', (input) => {
    expect(() => epsilonFor(input)).toThrow(expect.objectContaining({ code: 'config-invalid' }))
  })
})

describe('privacy noise', () => {
  test('sigma and the epsilon it gives; the analytic mechanism only for full batches', () => {
    const [sampled, release] = noiseFor({
      settings: [
        { epsilon: 1, delta: 1e-5, rate: 0.01, steps: 1000 },
        { epsilon: 1, delta: 1e-5, rate: 1, steps: 1, stages: [] },
      ],
    })
    expect(sampled).toEqual({
      rdp: { sigma: expect.closeTo(1.51312, 4), epsilon: expect.closeTo(1, 6) },
      pld: { sigma: expect.closeTo(1.41462, 4), epsilon: expect.closeTo(1, 3) },
    })
    expect(release!.gaussian).toEqual({ sigma: expect.closeTo(3.730632, 5) })
    expect(release!.rdp).toMatchObject({ sigma: expect.closeTo(4.04539, 4) })
  })

  test('an unreachable target does not keep the others from their answer', () => {
    const earlier = [{ sigma: 5, rate: 1, steps: 1 }]
    const results = noiseFor({
      settings: [
        { epsilon: 0.1, delta: 1e-5, rate: 0.1, steps: 10, stages: earlier },
        { epsilon: 2, delta: 1e-5, rate: 0.1, steps: 10, stages: earlier },
        { epsilon: 0.05, delta: 1e-5, rate: 1, steps: 1 },
      ],
    })
    const unreachable = {
      sigma: null,
      error: { code: 'privacy-unreachable', message: expect.any(String), floor: expect.any(Number) },
    }
    expect(results[0]).toEqual({ rdp: unreachable, pld: unreachable })
    expect(results[1]).toMatchObject({ rdp: { sigma: expect.any(Number) }, pld: { sigma: expect.any(Number) } })
    expect(results[2]).toMatchObject({
      rdp: unreachable,
      pld: { sigma: expect.any(Number) },
      gaussian: { sigma: expect.any(Number) },
    })
  })

  test('earlier stages without noise leave nothing: the floor is infinite', () => {
    const stages = [{ sigma: 0, rate: 1, steps: 1 }]
    const [result] = noiseFor({ settings: [{ epsilon: 1, delta: 1e-5, rate: 1, steps: 1, stages }] })
    for (const key of ['rdp', 'pld', 'gaussian'] as const)
      expect(result![key]).toMatchObject({ error: { floor: 'inf' } })
  })

  test.each([
    [{ settings: [{ epsilon: 0, delta: 1e-5, rate: 1, steps: 1 }] }],
    [{ settings: [{ epsilon: 'inf', delta: 1e-5, rate: 1, steps: 1 }] }],
    [{ settings: [{ epsilon: 1, delta: 1e-5, rate: 1 }] }],
    [{ settings: [{ epsilon: 1, delta: 1e-5, rate: 1, steps: -1 }] }],
  ])('refuses %j', (input) => {
    expect(() => noiseFor(input)).toThrow(expect.objectContaining({ code: 'config-invalid' }))
  })
})
