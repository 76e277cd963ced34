import { describe, expect, it } from 'vitest'
import type { LoggedEvent } from '../../main/contract/calls.ts'
import { filterLog, mostLines, parseLog, withEvents } from './log-lines.ts'

const metric = (seq: number): LoggedEvent => ({
  ...{ kind: 'metric', seq, time: '2026-01-01T10:11:12.131Z', name: 'loss', step: seq, value: 0.5, private: false },
})
const warning: LoggedEvent = { kind: 'warning', seq: 2, time: '2026-01-01T10:11:13.000Z', message: 'Disk is slow' }

describe('the log', () => {
  it('is read, and a line that cannot be read is passed over', () => {
    const lines = parseLog(`${JSON.stringify(metric(1))}\nno\n${JSON.stringify(warning)}\n`)
    expect(lines).toEqual([
      { seq: 1, time: '10:11:12.131', kind: 'metric', text: 'loss = 0.5000 at step 1 (not private)' },
      { seq: 2, time: '10:11:13.000', kind: 'warning', text: 'Disk is slow' },
    ])
    expect(filterLog(lines, 'DISK warn', false)).toHaveLength(1)
    expect(filterLog(lines, '', true).map(({ seq }) => seq)).toEqual([2])
  })
  it('goes on without a gap and stays bounded', () => {
    const lines = parseLog(JSON.stringify(metric(1)))
    expect(withEvents(lines, [metric(1), metric(2)])?.map(({ seq }) => seq)).toEqual([1, 2])
    expect(withEvents(lines, [metric(4)])).toBeNull()
    const many = Array.from({ length: mostLines + 10 }, (_none, index) => metric(index + 2))
    expect(withEvents(lines, many)).toHaveLength(mostLines)
  })
})
