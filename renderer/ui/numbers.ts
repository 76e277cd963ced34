/** Numbers as people type them, and the places of a logarithmic slider. */

export type ReadNumber = { readonly value: number } | { readonly trouble: string }

/**
 * What was typed as a number. A decimal comma is understood; `1,000` is not, because it is a thousand to some and one to
 * others, and a guess here could be a privacy budget.
 */
export function readNumber(text: string): ReadNumber {
  const plain = text
    .trim()
    .replace(/[\s_\u202f\u00a0]/g, '')
    .replace(/^[−–]/, '-')
  if (/^[-+]?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) {
    const joined = plain.replaceAll(',', '')
    return { trouble: `Write ${joined}, or a decimal point` }
  }
  const value = /\d/.test(plain) ? Number(plain.replace(',', '.')) : NaN
  return Number.isFinite(value) ? { value } : { trouble: 'This is not a number' }
}

/** Twelve digits: no trace of binary arithmetic, nothing lost that a person typed. Small ones as `1e-5`. */
export function writeNumber(value: number): string {
  const round = Number(value.toPrecision(12))
  return round !== 0 && Math.abs(round) < 1e-3 ? round.toExponential() : String(round)
}

export interface Bounds {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** What is wrong with a number here, or null. */
export function boundsTrouble(value: number, { min = -Infinity, max = Infinity }: Bounds): string | null {
  if (value >= min && value <= max) return null
  if (min !== -Infinity && max !== Infinity) return `Between ${writeNumber(min)} and ${writeNumber(max)}`
  return value < min ? `At least ${writeNumber(min)}` : `At most ${writeNumber(max)}`
}

/** One step up or down from a value, on the grid of the steps, inside the bounds. */
export function stepped(value: number | null, step: number, direction: 1 | -1, { min, max }: Bounds): number {
  const low = min ?? -Infinity
  const high = max ?? Infinity
  if (value === null) return Math.min(high, Math.max(low, 0))
  const places = value / step
  const near = Math.round(places)
  const onGrid = Math.abs(places - near) < 1e-9
  const next = onGrid ? near + direction : direction > 0 ? Math.ceil(places) : Math.floor(places)
  return Math.min(high, Math.max(low, Number((next * step).toPrecision(12))))
}

/** Place of a value between two positive ends, 0 … 1. */
export function logPosition(value: number, min: number, max: number): number {
  if (!(value > 0)) return 0
  return Math.min(1, Math.max(0, Math.log(value / min) / Math.log(max / min)))
}

/** The value at a place: two significant digits, which is what a hand can aim at; the ends are exact. */
export function logValue(position: number, min: number, max: number): number {
  if (position <= 0) return min
  if (position >= 1) return max
  const value = Number((min * (max / min) ** position).toPrecision(2))
  return Math.min(max, Math.max(min, value))
}

/** The next value of two significant digits, for the arrow keys. */
export function logStepped(value: number, direction: 1 | -1, min: number, max: number): number {
  // Going down from a power of ten, the digit that changes is one place lower.
  const exponent = Math.floor(Math.log10(value) + (direction < 0 ? -1e-9 : 1e-9))
  const unit = 10 ** (exponent - 1)
  return Math.min(max, Math.max(min, stepped(value, unit, direction, {})))
}
