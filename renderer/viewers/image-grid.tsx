/** Ten thousand and more small images: scrolled, zoomed by whole multiples, chosen by key, read pixel by pixel. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { usePage } from '../app/store.ts'
import { Icon } from '../ui/icons.tsx'
import { GridFoot } from './grid-foot.tsx'
import type { Size } from './grid-geometry.ts'
import type { Pixel } from './grid-painter.ts'
import { createGridView, type GridView } from './grid-view.ts'
import './image-grid.css'

interface ImageGridProps {
  readonly label: string
  readonly count: number
  /** Pixels of one image. */
  readonly tile: Size
  readonly perAtlas: number
  readonly columnsPerAtlas: number
  /** Of the PNG that holds the tiles of a page, row by row without gaps. */
  readonly atlasUrl: (page: number) => string
  readonly caption?: (index: number) => string
  readonly selected?: number | null
  readonly onSelect?: (index: number) => void
  /** Sensitive images are marked, and covered while the screen is locked. */
  readonly sensitive?: boolean
}

export function ImageGrid(props: ImageGridProps) {
  const covered = usePage((state) => state.covered)
  return (
    <section className="image-grid" aria-label={props.label}>
      {props.sensitive && covered ? <Cover /> : <OpenGrid {...props} />}
    </section>
  )
}

/** Nothing of the images stays in memory behind it. */
function Cover() {
  return (
    <div className="grid-cover">
      <Icon name="eye" size={24} />
      <p>Sensitive images are covered while the screen is locked</p>
    </div>
  )
}

/** One view for as long as the images are the same; the address of the first page stands for all of them. */
function useGridView({ count, tile, perAtlas, columnsPerAtlas, atlasUrl, selected = null }: ImageGridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const room = useRef<HTMLDivElement>(null)
  const view = useRef<GridView>(null)
  const latestUrl = useRef(atlasUrl)
  const [zoom, setZoom] = useState(1)
  const [failed, setFailed] = useState(0)
  const { width, height } = tile
  const source = count > 0 ? atlasUrl(0) : ''
  useEffect(() => {
    latestUrl.current = atlasUrl
  })
  useEffect(() => {
    if (!scroller.current || !canvas.current || !room.current) return
    const elements = { scroller: scroller.current, canvas: canvas.current, room: room.current }
    const urlOf = (page: number) => latestUrl.current(page)
    const content = { count, tile: { width, height }, perAtlas, columnsPerAtlas, atlasUrl: urlOf }
    const made = createGridView(elements, content, { onZoom: setZoom, onFailed: setFailed })
    view.current = made
    return () => {
      made.close()
      view.current = null
      setFailed(0)
    }
  }, [source, count, width, height, perAtlas, columnsPerAtlas])
  useEffect(() => view.current?.select(selected), [selected, source, count, width, height, perAtlas, columnsPerAtlas])
  return { scroller, canvas, room, view, zoom, failed }
}

function OpenGrid(props: ImageGridProps) {
  const { label, count, caption, selected = null, onSelect, sensitive = false } = props
  const { scroller, canvas, room, view, zoom, failed } = useGridView(props)
  const [pixel, setPixel] = useState<Pixel | null>(null)
  const id = useId()
  const chosen = selected !== null && selected < count
  const shown = pixel?.index ?? (chosen ? selected : null)
  const captionOf = (index: number) => caption?.(index) ?? `Image ${index + 1}`
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const direction = { '+': 1, '=': 1, '-': -1 }[event.key] as 1 | -1 | undefined
    if (direction) view.current?.zoomBy(direction)
    else {
      const next = onSelect ? view.current?.follow(event.key) : null
      if (next === null || next === undefined) return
      setPixel(null) // the chosen image is read out, not the one the mouse rests on
      onSelect?.(next)
    }
    event.preventDefault()
  }
  return (
    <>
      <div
        ref={scroller}
        className="grid-scroller"
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={chosen ? id : undefined}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setPixel(view.current?.pixelUnder(event) ?? null)}
        onPointerLeave={() => setPixel(null)}
        onClick={(event) => {
          const found = view.current?.pixelUnder(event)
          if (found) onSelect?.(found.index)
        }}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <div ref={room} className="grid-room" />
        {chosen && (
          <div id={id} className="unseen" role="option" aria-selected aria-posinset={selected + 1} aria-setsize={count}>
            {captionOf(selected)}
          </div>
        )}
      </div>
      <GridFoot
        caption={shown === null ? null : captionOf(shown)}
        onZoom={(direction) => view.current?.zoomBy(direction)}
        onRetry={() => view.current?.retry()}
        {...{ pixel, zoom, failed, sensitive }}
      />
    </>
  )
}
