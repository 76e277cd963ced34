/** Round numbers for an axis. */

/** About `count` round numbers from min to max: multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(min: number, max: number, count: number): number[] {
  if (!(max > min) || count < 1) return [min]
  const rough = (max - min) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((multiple) => multiple * power >= rough * 0.8) ?? 10)
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

/** Powers of ten, thinned where they are many; 2 and 5 between them where they are few; linear inside less than one decade. */
export function logTicks(min: number, max: number, count: number): number[] {
  const [low, high] = [Math.log10(min), Math.log10(max)]
  if (high - low < 1) return linearTicks(min, max, count).filter((tick) => tick > 0)
  const stride = Math.max(1, Math.ceil((high - low) / count))
  const between = high - low <= count / 3 ? [1, 2, 5] : [1]
  const ticks: number[] = []
  for (let exponent = Math.floor(low / stride) * stride; exponent <= high; exponent += stride)
    for (const multiple of between) {
      const tick = Number(`${multiple}e${exponent}`)
      if (tick >= min * (1 - 1e-9) && tick <= max * (1 + 1e-9)) ticks.push(tick)
    }
  return ticks
}

/** All ticks of an axis alike: no more digits than tell them apart, `k` and `M` for large counts. */
export function tickLabels(ticks: readonly number[]): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs))
  const [unit, word] =
    largest >= 1e6 && largest < 1e9 ? [1e6, 'M'] : largest >= 1e4 && largest < 1e6 ? [1e3, 'k'] : [1, '']
  return ticks.map((tick) => {
    if (tick === 0) return '0'
    const size = Math.abs(tick)
    const text =
      size < 1e-3 || size >= 1e9
        ? Number(tick.toPrecision(6)).toExponential()
        : `${Number((tick / unit).toPrecision(6))}${word}`
    return text.replace('e+', 'e').replaceAll('-', '−')
  })
}
