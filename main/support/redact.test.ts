import os from 'node:os'
import { expect, test } from 'vitest'
import { createRedactor } from './redact.ts'

const redact = createRedactor(
  { project: '/home/ada/Studies/ward-9', names: ['Ward photos', 'ward-photos', 'scans (2)'] },
  '/home/ada',
)

test.each([
  ['/home/ada/Studies/ward-9/runs/20260101-a/events.ndjson is torn', '<project>/runs/20260101-a/events.ndjson is torn'],
  ['cannot read /home/ada/secret/x.png', 'cannot read <home>/<path>'],
  ['file:///mnt/usb/Patients/list.csv: no', '<path>: no'],
  ['"/mnt/usb/a b/c" is gone', '"<path>" is gone'],
  ['C:\\Users\\ada\\x.npy broke', '<path> broke'],
  ['the data set Ward photos has too little left', 'the data set <data> has too little left'],
  ['WARD PHOTOS and ward-photos', '<data> and <data>'],
  ['from scans (2) only', 'from <data> only'],
  ['the project ward-9', 'the project <data>'],
  ['12/500 steps, 3.5 steps/s', '12/500 steps, 3.5 steps/s'],
  ['app://lethe/index.html', 'app://lethe/index.html'],
  [`on ${os.hostname()}`, 'on <person>'],
])('%s', (line, expected) => expect(redact(line)).toBe(expected))

test('leaves words alone that only contain a name', () => {
  expect(createRedactor({ names: ['art'] }, '/home/x')('start of part art')).toBe('start of part <data>')
})
