/** The order of a table's rows, and where the keys lead in it. */

export interface Order {
  readonly column: string
  readonly descending: boolean
}

/** First click: rising; second: falling; third: as the rows came. */
export function nextOrder(order: Order | null, column: string): Order | null {
  if (order?.column !== column) return { column, descending: false }
  return order.descending ? null : { column, descending: true }
}

/** Rows that compare equal stay as they came, whichever way. */
export function ordered<Row>(rows: readonly Row[], compare: (a: Row, b: Row) => number, descending: boolean): Row[] {
  return [...rows].sort(descending ? (a, b) => compare(b, a) : compare)
}

/** The row a key leads to, or null where the key is not the table's. `page` is how many rows are seen at once. */
export function rowAfterKey(key: string, row: number, count: number, page: number): number | null {
  const stride = Math.max(1, page - 1)
  const target: Record<string, number> = {
    ArrowDown: row + 1,
    ArrowUp: row < 0 ? count - 1 : row - 1,
    Home: 0,
    End: count - 1,
    PageDown: Math.max(row, 0) + stride,
    PageUp: row - stride,
  }
  const wanted = target[key]
  return wanted === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, wanted))
}
