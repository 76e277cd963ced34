/** Numbers, durations and times as people read them. Digits are grouped by a narrow space, as in scientific print. */

const narrowSpace = '\u202f'

export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, narrowSpace)
}

/** Four significant digits, without an exponent where that stays short; all digits before the point. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'undefined' : value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return value.toExponential(2).replace('e-', 'e−').replace('e+', 'e').replace(/^-/, '−')
  if (Number.isInteger(value) || size >= 1000) return `${value < 0 ? '−' : ''}${formatCount(size)}`
  return value.toPrecision(4).replace(/^-/, '−')
}

/** Decimals that a privacy figure is shown with. */
const decimalsOf = (value: number): 2 | 3 => (value >= 10 ? 2 : 3)

/** A privacy loss is never shown smaller than it is: rounded up at the last decimal shown. */
export function formatEpsilon(value: number): string {
  if (!Number.isFinite(value)) return '∞'
  const decimals = decimalsOf(value)
  return (Math.ceil(value * 10 ** decimals - 1e-9) / 10 ** decimals).toFixed(decimals)
}

/** A budget as it was set, and never larger: what lies beyond three decimals is left out, unless there is nothing else. */
export function formatBudget(value: number): string {
  const shown = Math.floor(value * 1000 + 1e-9) / 1000
  return String(shown > 0 ? shown : Number(value.toPrecision(3)))
}

/** Named under the slider of a budget. */
export const budgetMarks = [0.01, 0.1, 1, 10, 100, 1000]

/** What remains is never shown larger than it is. */
export function formatRemaining(value: number): string {
  const decimals = decimalsOf(value)
  return (Math.floor(Math.max(0, value) * 10 ** decimals + 1e-9) / 10 ** decimals).toFixed(decimals)
}

/** Coarser the longer it is, so that it does not flicker. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  const minutes = Math.round(whole / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function formatRate(perSecond: number): string {
  const three = (value: number) => (value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3))))
  return perSecond >= 1 || perSecond === 0 ? `${three(perSecond)} steps/s` : `${three(1 / perSecond)} s/step`
}

/** `22 Nov, 23:10`, with the year where it is not this one. */
export function formatTime(iso: string, now: Date): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const date = time.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(time.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  })
  return `${date}, ${time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
}

/** `generator-loss` → `Generator loss`; words with capitals of their own are left alone. */
export function formatName(name: string): string {
  return capital(name.replace(/[-_/]+/g, ' ').trim())
}

/** Not the Greek letters: they are symbols. */
export const capital = (words: string): string => words.replace(/^[a-z]/, (letter) => letter.toUpperCase())

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`
}
