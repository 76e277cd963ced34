import { useState } from 'react'
import { readNumber, writeNumber } from './numbers.ts'

/** Keeps what is typed while it says the same number as the value: `1.`, `0,50` and `1e-` stay as they are. */
export function useTypedNumber(value: number | null, onChange: (value: number | null) => void) {
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: number | null } | null>(null)
  const kept = typed !== null && typed.value === value
  const text = kept ? typed.text : value === null ? '' : writeNumber(value)
  const read = kept && typed.text.trim() !== '' ? readNumber(typed.text) : null
  const type = (next: string) => {
    const found = readNumber(next)
    const number = 'value' in found ? found.value : null
    setTyped({ text: next, value: number })
    if (number !== value) onChange(number)
  }
  return { text, type, trouble: read && 'trouble' in read ? read.trouble : null }
}
