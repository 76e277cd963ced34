/** Shares with their intervals, and what a share of a forget set says beside that of a control. The lab and the page compute the same here. */

export interface Share {
  readonly share: number
  readonly low: number
  readonly high: number
}

/** The quantile of the standard normal distribution at 97.5 %. */
const z = 1.959963984540054

/**
 * A share with Wilson's interval at 95 % ("Probable inference, the law of succession, and statistical inference", 1927), which holds also
 * near 0 and 1 and for few.
 */
export function shareOf(count: number, all: number): Share {
  const share = count / all
  const middle = (share + (z * z) / (2 * all)) / (1 + (z * z) / all)
  const half = (z / (1 + (z * z) / all)) * Math.sqrt((share * (1 - share)) / all + (z * z) / (4 * all * all))
  return { share, low: count === 0 ? 0 : middle - half, high: count === all ? 1 : middle + half }
}

/**
 * The first share less the second, with Newcombe's interval ("Interval estimation for the difference between independent proportions",
 * 1998, method 10), from the two shares' own.
 */
export function differenceOf(first: Share, second: Share): { difference: number; low: number; high: number } {
  const difference = first.share - second.share
  const below = Math.hypot(first.share - first.low, second.high - second.share)
  const above = Math.hypot(first.high - first.share, second.share - second.low)
  return { difference, low: difference - below, high: difference + above }
}

/** Shares that are nearer to each other than this are called about the same. */
export const aboutTheSame = 0.1

/**
 * Whether more of a forget set than of a control is judged forgotten: `alike`, about as much; `unsure`, more, which may be chance; `ahead`,
 * more than chance would explain, were verdicts independent.
 */
export function besideControl(forgotten: Share, control: Share): 'alike' | 'unsure' | 'ahead' {
  const { difference, low } = differenceOf(forgotten, control)
  if (low > 0) return 'ahead'
  return difference < aboutTheSame ? 'alike' : 'unsure'
}
