import { useState } from 'react'
import { readNumber, writeNumber } from './numbers.ts'

interface Typed {
  readonly text: string
  readonly value: number | null
  /** The value when this was typed. */
  readonly before: number | null
}

/**
 * Keeps what is typed while it says the same number as the value: `1.`, `0,50` and `1e-` stay as they are. What is no number
 * stays as well while one types; where the owner did not take it, `leave` brings the value back.
 */
export function useTypedNumber(value: number | null, onChange: (value: number | null) => void) {
  const [typed, setTyped] = useState<Typed | null>(null)
  const untaken = typed !== null && typed.value === null && typed.before === value && value !== null
  const kept = typed !== null && (typed.value === value || untaken)
  const text = kept ? typed.text : value === null ? '' : writeNumber(value)
  const read = kept && typed.text.trim() !== '' ? readNumber(typed.text) : null
  const type = (next: string) => {
    const found = readNumber(next)
    const number = 'value' in found ? found.value : null
    setTyped({ text: next, value: number, before: value })
    if (number !== value) onChange(number)
  }
  const leave = () => {
    if (untaken) setTyped(null)
  }
  return { text, type, leave, trouble: read && 'trouble' in read ? read.trouble : null }
}
