/** Where the tiles of a grid lie. Lengths are in device pixels, as a tile is a whole multiple of its own pixels there. */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly count: number
  /** Of one tile as shown. */
  readonly cell: Size
  readonly columns: number
  readonly rows: number
  readonly gap: number
  /** Beside the rows, so that they stand in the middle. */
  readonly left: number
  /** Of all rows. */
  readonly height: number
}

/** How many times a pixel of a tile may be as large. */
export const zooms = [1, 2, 3, 4, 6, 8, 12, 16] as const

/** The next zoom in a direction; the same at the ends. */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  const found = direction > 0 ? zooms.find((other) => other > zoom) : [...zooms].reverse().find((other) => other < zoom)
  return found ?? zoom
}

/** The zoom at which a tile is large enough to be recognised. */
export function firstZoom(tile: Size): number {
  return zooms.find((zoom) => Math.max(tile.width, tile.height) * zoom >= 56) ?? 16
}

export function layOut(count: number, tile: Size, zoom: number, width: number, gap: number): Layout {
  const cell = { width: tile.width * zoom, height: tile.height * zoom }
  const columns = Math.max(1, Math.floor((width - gap) / (cell.width + gap)))
  const rows = Math.ceil(count / columns)
  const left = Math.max(gap, Math.floor((width - columns * (cell.width + gap) + gap) / 2))
  return { count, cell, columns, rows, gap, left, height: gap + rows * (cell.height + gap) }
}

export function placeOf({ columns, cell, gap, left }: Layout, index: number): { x: number; y: number } {
  return {
    x: left + (index % columns) * (cell.width + gap),
    y: gap + Math.floor(index / columns) * (cell.height + gap),
  }
}

/** First tile in sight and the one after the last. */
export function inSight({ columns, cell, gap, count }: Layout, top: number, height: number): [number, number] {
  const pitch = cell.height + gap
  const first = Math.max(0, Math.floor((top - gap) / pitch))
  const last = Math.ceil((top + height) / pitch)
  return [Math.min(count, first * columns), Math.min(count, last * columns)]
}

/** The tile at a place, and how far inside it the place is; null in a gap or outside. */
export function tileAt(layout: Layout, x: number, y: number): { index: number; x: number; y: number } | null {
  const { columns, cell, gap, left, count } = layout
  const column = Math.floor((x - left) / (cell.width + gap))
  const row = Math.floor((y - gap) / (cell.height + gap))
  const index = row * columns + column
  if (column < 0 || column >= columns || row < 0 || index >= count) return null
  const place = placeOf(layout, index)
  const inside = { x: x - place.x, y: y - place.y }
  return inside.x < cell.width && inside.y < cell.height ? { index, ...inside } : null
}

/** The tile a key leads to, or null where the key is not the grid's. `rowsSeen` is how many rows are seen at once. */
export function tileAfterKey(key: string, index: number, { columns, count }: Layout, rowsSeen: number): number | null {
  if (count === 0) return null
  if (index < 0) return key.startsWith('Arrow') || key === 'Home' ? 0 : key === 'End' ? count - 1 : null
  const page = Math.max(1, rowsSeen - 1) * columns
  const strides: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -index,
    End: count - 1 - index,
  }
  const stride = strides[key]
  if (stride === undefined) return null
  const next = index + stride
  if (next >= 0 && next < count) return next
  // Beyond an end the column is kept; there is no wrapping round.
  if (Math.abs(stride) === 1) return index
  const lastRow = Math.floor((count - 1) / columns)
  const row = next < 0 ? 0 : lastRow
  return Math.min(count - 1, row * columns + (index % columns))
}

/** How far to scroll so that a tile is in sight with its gaps. */
export function scrollFor(layout: Layout, index: number, top: number, height: number): number {
  const { y } = placeOf(layout, index)
  if (y - layout.gap < top) return y - layout.gap
  const bottom = y + layout.cell.height + layout.gap
  return bottom > top + height ? bottom - height : top
}

export interface Atlases {
  readonly tile: Size
  readonly perAtlas: number
  readonly columnsPerAtlas: number
}

/** Where a tile is found: which atlas, and its corner there. */
export function sourceOf({ tile, perAtlas, columnsPerAtlas }: Atlases, index: number) {
  const within = index % perAtlas
  return {
    page: Math.floor(index / perAtlas),
    x: (within % columnsPerAtlas) * tile.width,
    y: Math.floor(within / columnsPerAtlas) * tile.height,
  }
}
