import { describe, expect, it } from 'vitest'
import { afterClick, afterKey, type Choice } from './list-choice.ts'

const ids = ['a', 'b', 'c', 'd']
const plain = { ctrlKey: false, metaKey: false, shiftKey: false }
const [control, shift] = [
  { ...plain, ctrlKey: true },
  { ...plain, shiftKey: true },
]
const at = (selected: string | null, ...marked: string[]): Choice => ({ selected, marked: new Set(marked) })

describe('choosing in the list', () => {
  it('shows what is clicked and marks nothing', () => {
    expect(afterClick(plain, 'c', ids, at('a', 'a', 'b'))).toEqual(at('c'))
  })
  it('marks with Control, the shown run first', () => {
    expect(afterClick(control, 'c', ids, at('a'))).toEqual(at('a', 'a', 'c'))
    expect(afterClick(control, 'c', ids, at('a', 'a', 'c'))).toEqual(at('a'))
    expect(afterClick(control, 'a', ids, at('a', 'a', 'c'))).toEqual(at('a', 'c'))
  })
  it('marks a stretch with Shift, by mouse and by keys', () => {
    expect(afterClick(shift, 'd', ids, at('b'))).toEqual(at('b', 'b', 'c', 'd'))
    expect(afterKey({ ...shift, key: 'ArrowDown' }, ids, at('b'))).toEqual(at('c', 'b', 'c'))
  })
  it('goes along with arrows and stays inside', () => {
    expect(afterKey({ ...plain, key: 'ArrowDown' }, ids, at('d', 'a'))).toEqual(at('d'))
    expect(afterKey({ ...plain, key: 'ArrowDown' }, ids, at(null))).toEqual(at('a'))
    expect(afterKey({ ...plain, key: 'Home' }, ids, at('c'))).toEqual(at('a'))
    expect(afterKey({ ...plain, key: 'x' }, ids, at('c'))).toBeNull()
  })
  it('marks with Space and all with Control and A, and forgets with Escape', () => {
    expect(afterKey({ ...plain, key: ' ' }, ids, at('b'))).toEqual(at('b', 'b'))
    expect(afterKey({ ...control, key: 'a' }, ids, at('b'))).toEqual(at('b', ...ids))
    expect(afterKey({ ...plain, key: 'Escape' }, ids, at('b', 'a', 'b'))).toEqual(at('b'))
    expect(afterKey({ ...plain, key: 'Escape' }, ids, at('b'))).toBeNull()
  })
})
