import { describe, expect, test } from 'vitest'
import { valuesOfNpy } from './replay-data.ts'
import { fidelityVerdict } from './replay-words.ts'

const measured = (variant: 'v4' | 'd4rl', typical: number, largest: number) => ({
  ...{ variant, typical, largest, field: 'torso z velocity', step: 12, steps: 100 },
})

describe('the verdict on the physics', () => {
  test('rounding is no difference, and less is asked of rebuilt states', () => {
    const exact = { states: 'recorded', fidelity: [measured('v4', 1e-9, 3e-8)] } as const
    expect(fidelityVerdict(exact)).toMatchObject({ matches: true })
    expect(fidelityVerdict(exact)!.text).toContain('3.00e−8 at most (torso z velocity, step 12)')
    const rebuilt = [measured('v4', 1e-3, 0.4)]
    expect(fidelityVerdict({ states: 'rebuilt', fidelity: rebuilt })).toMatchObject({ matches: true })
    expect(fidelityVerdict({ states: 'recorded', fidelity: rebuilt })).toMatchObject({ matches: false })
  })

  test('a variant that fits better is named; one that fits no better is not', () => {
    const found = (other: number) =>
      fidelityVerdict({
        states: 'recorded',
        fidelity: [measured('v4', 0.02, 1), measured('d4rl', other, other)],
      })!
    expect(found(1e-6)).toMatchObject({ matches: false })
    expect(found(1e-6).text).toContain('fits the variant d4rl better')
    expect(found(0.01).text).not.toContain('better')
  })

  test('nothing to compare, no verdict', () => {
    expect(fidelityVerdict({ states: 'recorded', fidelity: [] })).toBeNull()
  })
})

test('what the lab writes as NPY the page reads', () => {
  const data = Float32Array.of(1, -2.5, 3e7, 0, 5, 6)
  const words = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
  for (const [version, size] of [[1, 2] as const, [3, 4] as const]) {
    const text = words.padEnd(128 - 9 - size) + '\n'
    const bytes = new Uint8Array(128 + 4 * data.length)
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length])
    bytes.set(new TextEncoder().encode(text), 8 + size)
    bytes.set(new Uint8Array(data.buffer), 128)
    expect(valuesOfNpy(bytes.buffer)).toEqual(data)
  }
})
