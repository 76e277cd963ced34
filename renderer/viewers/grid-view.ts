/** Ties a painter to the element that scrolls: its size, the zoom, the keys, and what lies under the mouse. */
import { firstZoom, inSight, nextZoom, placeOf, scrollFor, tileAfterKey, type Layout } from './grid-geometry.ts'
import { createPainter, type GridContent, type Pixel } from './grid-painter.ts'

export interface GridElements {
  readonly scroller: HTMLElement
  readonly canvas: HTMLCanvasElement
  /** As high as all rows, so that there is something to scroll. */
  readonly room: HTMLElement
}

export interface GridListeners {
  readonly onZoom: (zoom: number) => void
  /** How many atlases could not be read. */
  readonly onFailed: (count: number) => void
}

export type GridView = ReturnType<typeof createGridView>

export function createGridView(
  { scroller, canvas, room }: GridElements,
  content: GridContent,
  listeners: GridListeners,
) {
  const painter = createPainter(canvas, content, listeners.onFailed)
  let look = { zoom: firstZoom(content.tile), selected: null as number | null }
  let layout: Layout = painter.layout()
  const scale = () => devicePixelRatio
  const top = () => scroller.scrollTop * scale()
  const seenHeight = () => scroller.clientHeight * scale()

  function show(): void {
    const [width, height] = [scroller.clientWidth, scroller.clientHeight]
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    layout = painter.show(look, Math.max(1, Math.round(width * scale())), Math.max(1, Math.round(height * scale())))
    room.style.height = `${layout.height / scale()}px`
    painter.scroll(top())
  }

  /** The tile that stays where it is while the zoom changes: the chosen one where it is seen, else the first in sight. */
  function anchor(): number {
    const [first, last] = inSight(layout, top(), seenHeight())
    const { selected } = look
    return selected !== null && selected >= first && selected < last ? selected : first
  }

  function zoomBy(direction: 1 | -1): void {
    const zoom = nextZoom(look.zoom, direction)
    if (zoom === look.zoom || content.count === 0) return
    const index = anchor()
    const offset = placeOf(layout, index).y - top()
    look = { ...look, zoom }
    show()
    const wanted = placeOf(layout, index).y - offset
    scroller.scrollTop = (index === look.selected ? scrollFor(layout, index, wanted, seenHeight()) : wanted) / scale()
    painter.scroll(top())
    listeners.onZoom(zoom)
  }

  function onWheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return // it scrolls
    event.preventDefault()
    zoomBy(event.deltaY < 0 ? 1 : -1)
  }
  const onScroll = () => painter.scroll(top())

  const sizes = new ResizeObserver(show)
  sizes.observe(scroller)
  const theme = new MutationObserver(painter.request)
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  scroller.addEventListener('wheel', onWheel, { passive: false })
  scroller.addEventListener('scroll', onScroll, { passive: true })
  show()
  listeners.onZoom(look.zoom)

  return {
    zoomBy,
    select(selected: number | null): void {
      if (selected === look.selected) return
      look = { ...look, selected }
      show()
    },
    /** The tile a key leads to; it is brought into sight. Null where the key is not the grid's. */
    follow(key: string): number | null {
      const rows = Math.floor(seenHeight() / (layout.cell.height + layout.gap))
      const next = tileAfterKey(key, look.selected ?? -1, layout, rows)
      if (next !== null) scroller.scrollTop = scrollFor(layout, next, top(), seenHeight()) / scale()
      return next
    },
    pixelUnder({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }): Pixel | null {
      const { left, top: above } = canvas.getBoundingClientRect()
      return painter.pixelAt((clientX - left) * scale(), (clientY - above) * scale())
    },
    retry: painter.retry,
    close(): void {
      sizes.disconnect()
      theme.disconnect()
      scroller.removeEventListener('wheel', onWheel)
      scroller.removeEventListener('scroll', onScroll)
      painter.close()
    },
  }
}
