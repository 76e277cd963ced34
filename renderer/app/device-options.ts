/** What a run can compute on, as one chooses it. */
import type { Devices } from '../../main/contract/calls/lab.ts'
import { formatCount } from './format.ts'

export function deviceOptions(devices: Devices | null) {
  const gpu = devices?.gpu
  const cores = devices ? `, ${formatCount(devices.cores)} cores` : ''
  const untested = 'Untested: no run on a graphics card has been checked yet.'
  return [
    {
      value: 'auto',
      label: 'Automatic',
      note: gpu?.installed
        ? `Takes the graphics card. ${untested}`
        : 'Takes the processor: no graphics card can be used here.',
    },
    { value: 'cpu', label: 'Processor', note: `${devices?.cpu.name ?? 'Processor'}${cores}.` },
    {
      value: 'gpu',
      label: gpu?.installed ? 'Graphics card (untested)' : 'Graphics card (not available)',
      disabled: !gpu?.installed,
      note: gpu?.installed
        ? `${gpu.name ?? ''}. ${untested}`
        : `Not available: ${gpu?.missing ?? 'not looked for yet'}.`,
    },
  ] as const
}
