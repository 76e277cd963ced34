/** What would fit where something does not: searches over whole numbers that leave the process free between two looks. */

/** The largest whole number up to `most` that `fits`, where all below one that fits do too; 0 if not even 1 does. */
export async function largestThatFits(
  most: number,
  fits: (candidate: number) => boolean | Promise<boolean>,
): Promise<number> {
  let [good, bad] = [0, Math.floor(most) + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (await fits(middle)) good = middle
    else bad = middle
    await new Promise((resolve) => setImmediate(resolve)) // whoever asked for something else is answered first
  }
  return good
}

interface WholeField {
  readonly type?: unknown
  readonly minimum?: number
  readonly multipleOf?: number
}

/**
 * For each whole-number field of a configuration whose lowering alone is enough: the largest value that fits, on the field's
 * own grid. Fields that do not help are left out.
 */
export async function settingsThatFit(
  schema: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, unknown>>,
  fits: (parameters: Readonly<Record<string, unknown>>) => boolean,
): Promise<{ field: string; value: number }[]> {
  const found: { field: string; value: number }[] = []
  for (const [field, raw] of Object.entries((schema['properties'] ?? {}) as Record<string, WholeField>)) {
    const present = parameters[field]
    if (raw.type !== 'integer' || typeof present !== 'number') continue
    const grid = raw.multipleOf ?? 1
    const least = Math.ceil((raw.minimum ?? 1) / grid)
    const at = (candidate: number) => (least + candidate - 1) * grid
    const most = Math.floor(present / grid) - least + 1
    const best = await largestThatFits(most, (candidate) => fits({ ...parameters, [field]: at(candidate) }))
    if (best > 0 && at(best) < present) found.push({ field, value: at(best) })
  }
  return found
}
