/** Rows to compare and to choose from: sorted by a click on the head, gone through by arrow keys, drawn only where seen. */
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Icon } from './icons.tsx'
import { nextOrder, ordered, rowAfterKey, type Order } from './table-order.ts'
import './table.css'

export interface Column<Row> {
  readonly id: string
  readonly head: ReactNode
  readonly cell: (row: Row) => ReactNode
  readonly align?: 'left' | 'right' | 'center'
  /** A CSS width. Where one column has it, the others share what remains. */
  readonly width?: string
  readonly sort?: (a: Row, b: Row) => number
}

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  /** Key of the chosen row, or of several. With one, the choice follows the arrow keys; with several, Space chooses. */
  readonly selected?: string | ReadonlySet<string> | null
  readonly onSelect?: (row: Row) => void
  /** Space, where one row is looked at and several can be marked beside it. */
  readonly onMark?: (row: Row) => void
  /** Enter and double click. */
  readonly onOpen?: (row: Row) => void
  readonly empty?: ReactNode
  /** CSS height, `100%` to fill its place; without one a long table scrolls at 60 % of the window. */
  readonly height?: string
}

const rowHeight = 35
/** Beyond this many rows only those in sight are in the document. */
const virtualFrom = 100

export function DataTable<Row>(props: TableProps<Row>) {
  const { label, columns, rows, rowKey, selected = null, onSelect, onMark, onOpen, empty, height } = props
  const [order, setOrder] = useState<Order | null>(null)
  const sorted = useSorted(rows, columns, order)
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const virtual = sorted.length > virtualFrom
  const virtualizer = useVirtualizer({
    count: virtual ? sorted.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollPaddingStart: rowHeight,
  })
  const isSelected = (row: Row) =>
    typeof selected === 'string' ? selected === rowKey(row) : !!selected?.has(rowKey(row))
  const [activeKey, setActiveKey] = useState<string | null>(null)
  const wanted = activeKey ?? (typeof selected === 'string' ? selected : null)
  const active = wanted === null ? -1 : sorted.findIndex((row) => rowKey(row) === wanted)
  const several = typeof selected === 'object' && selected !== null

  function goTo(index: number): void {
    const row = sorted[index]
    if (row === undefined) return
    setActiveKey(rowKey(row))
    if (virtual) virtualizer.scrollToIndex(index)
    else document.getElementById(`${id}-${index}`)?.scrollIntoView({ block: 'nearest' })
    if (!several) onSelect?.(row)
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight)
    const next = rowAfterKey(event.key, active, sorted.length, page)
    const row = sorted[active]
    if (next !== null) goTo(next)
    else if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row)
    else if (event.key === ' ' && row !== undefined) (onMark ?? onSelect)?.(row)
    else return
    event.preventDefault()
  }
  function choose(row: Row): void {
    setActiveKey(rowKey(row))
    onSelect?.(row)
  }

  function sortBy(column: string): void {
    setOrder(nextOrder(order, column))
    scroller.current?.scrollTo({ top: 0 })
  }

  const seen = virtual ? virtualizer.getVirtualItems() : null
  const shown = seen ? seen.map(({ index }) => index) : sorted.map((_, index) => index)
  const before = seen?.[0]?.start ?? 0
  const after = seen ? virtualizer.getTotalSize() - (seen.at(-1)?.end ?? 0) : 0
  const fixed = virtual || columns.some(({ width }) => width)
  return (
    <div
      ref={scroller}
      className={virtual ? 'data-table long' : 'data-table'}
      style={height ? { height, maxHeight: height } : {}}
    >
      <table
        className={fixed ? 'fixed' : undefined}
        role="grid"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-multiselectable={several || undefined}
        aria-activedescendant={shown.includes(active) ? `${id}-${active}` : undefined}
        tabIndex={sorted.length > 0 ? 0 : -1}
        onKeyDown={onKeyDown}
      >
        <TableHead columns={columns} order={order} onOrder={sortBy} />
        <tbody>
          {before > 0 && <Gap height={before} />}
          {shown.map((index) => {
            const row = sorted[index]
            if (row === undefined) return null
            return (
              <tr
                key={rowKey(row)}
                ref={virtual ? virtualizer.measureElement : undefined}
                data-index={index}
                id={`${id}-${index}`}
                aria-rowindex={index + 2}
                aria-selected={onSelect ? isSelected(row) : undefined}
                className={index === active ? 'active' : undefined}
                onClick={onSelect ? () => choose(row) : undefined}
                onDoubleClick={onOpen ? () => onOpen(row) : undefined}
              >
                {columns.map((column) => (
                  <td key={column.id} role="gridcell" className={column.align}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
          {after > 0 && <Gap height={after} />}
        </tbody>
      </table>
      {sorted.length === 0 && empty && <div className="table-empty">{empty}</div>}
    </div>
  )
}

/** Stands for the rows that are not in sight. */
function Gap({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden="true" className="gap">
      <td style={{ height }} />
    </tr>
  )
}

function useSorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order | null): readonly Row[] {
  const compare = columns.find(({ id }) => id === order?.column)?.sort
  return useMemo(() => (compare && order ? ordered(rows, compare, order.descending) : rows), [rows, compare, order])
}

interface HeadProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly order: Order | null
  readonly onOrder: (column: string) => void
}

function TableHead<Row>({ columns, order, onOrder }: HeadProps<Row>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ id, head, align, width, sort }) => {
          const sorted = order?.column === id
          const direction = order?.descending ? 'descending' : 'ascending'
          return (
            <th
              key={id}
              scope="col"
              className={align}
              style={width ? { width } : {}}
              aria-sort={sort ? (sorted ? direction : 'none') : undefined}
            >
              {sort ? (
                <button type="button" className={sorted ? 'sorted' : undefined} onClick={() => onOrder(id)}>
                  <span>{head}</span>
                  <Icon name={sorted && order.descending ? 'down' : 'up'} size={12} />
                </button>
              ) : (
                head
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}
