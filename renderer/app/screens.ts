/**
 * The screens, in the order of the rail; Control and a number goes to each. A screen is built once screen-components.ts has its
 * component. Until then `later` says what it will do, or it is not shown at all.
 */
import type { IconName } from '../ui/icons.tsx'

interface ScreenRow {
  readonly id: string
  readonly name: string
  readonly icon: IconName
  readonly later?: string
}

export const screens = [
  { id: 'data', name: 'Data', icon: 'data' },
  { id: 'images', name: 'Private images', icon: 'images' },
  {
    id: 'defects',
    name: 'Defects',
    icon: 'defects',
    later:
      'Here you will invent believable defects on colour and 3D scans of good parts, train a detector on them and look at what it finds. Nothing of it works yet.',
  },
  { id: 'forgetting', name: 'Forgetting', icon: 'forgetting' },
  { id: 'runs', name: 'Runs', icon: 'runs' },
  { id: 'ledger', name: 'Ledger', icon: 'ledger' },
  { id: 'review', name: 'Review', icon: 'check' },
  { id: 'help', name: 'Help', icon: 'help' },
] as const satisfies readonly ScreenRow[]

export type Screen = (typeof screens)[number]['id']
