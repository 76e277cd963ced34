import { LetheError } from '../../contract/errors.ts'

/** One row of numbers for each image, row-major: what a backbone makes and every metric here compares. */
export interface Features {
  readonly data: Float32Array | Float64Array
  readonly rows: number
  readonly columns: number
}

/**
 * Refuses features no figure can be made from.
 * @param name of the set in messages: 'real', 'fake'
 * @throws LetheError `file-malformed`: wrong length, fewer rows than `leastRows`, or a value that is not finite (its row is named)
 */
export function checkFeatures({ data, rows, columns }: Features, name: string, leastRows = 1): void {
  if (!Number.isSafeInteger(rows) || !Number.isSafeInteger(columns) || columns < 1 || data.length !== rows * columns)
    throw wrong(`${name} features: expected rows × columns values, found ${data.length} for ${rows} × ${columns}`)
  if (rows < leastRows) throw wrong(`${name} features: expected at least ${leastRows} rows, found ${rows}`)
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw wrong(
        `${name} features: row ${Math.floor(i / columns)}, column ${i % columns} is ${data[i]}, expected a finite number`,
      )
  }
}

/** Both sets, checked, of one width. */
export function checkPair(real: Features, fake: Features, leastRows = 1): void {
  checkFeatures(real, 'real', leastRows)
  checkFeatures(fake, 'fake', leastRows)
  if (real.columns !== fake.columns)
    throw wrong(`fake features: expected ${real.columns} columns as in the real features, found ${fake.columns}`)
}

/** Rows `start` to `end` without copying. */
export function rowsOf({ data, columns }: Features, start: number, end: number): Float32Array | Float64Array {
  return data.subarray(start * columns, end * columns)
}

function wrong(message: string): LetheError {
  return new LetheError(
    'file-malformed',
    message,
    'Both sets need the same backbone, one row of finite numbers for each image.',
  )
}
