/** Draws the tiles in sight on one canvas, pixel by whole pixel, once for each frame in which something changed. */
import { createAtlasCache, type AtlasCache } from './atlas-cache.ts'
import { inSight, layOut, placeOf, sourceOf, tileAt, type Atlases, type Layout } from './grid-geometry.ts'

export interface GridContent extends Atlases {
  readonly count: number
  readonly atlasUrl: (page: number) => string
}

export interface Pixel {
  readonly index: number
  readonly x: number
  readonly y: number
  /** Red, green, blue; null while the tile is not there yet. */
  readonly colour: readonly [number, number, number] | null
}

export interface Look {
  readonly zoom: number
  readonly selected: number | null
}

const gap = 4
/** Of decoded pictures: a few thousand tiles of common sizes. */
const mostBytes = 96e6

async function loadPicture(url: string): Promise<ImageBitmap> {
  const image = new Image()
  image.crossOrigin = 'anonymous' // or the canvas would not tell its pixels
  image.src = url
  await image.decode()
  return createImageBitmap(image)
}

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export function createPainter(canvas: HTMLCanvasElement, content: GridContent, onState: (failed: number) => void) {
  const context = canvas.getContext('2d')!
  const probe = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
  const probeContext = probe.getContext('2d', { willReadFrequently: true })!
  let look: Look = { zoom: 1, selected: null }
  /** In device pixels. */
  let view = { width: 1, height: 1, top: 0 }
  let layout: Layout = layOut(content.count, content.tile, 1, 1, gap)
  let frame = 0
  const atlases: AtlasCache<ImageBitmap> = createAtlasCache({
    load: (page) => loadPicture(content.atlasUrl(page)),
    close: (picture) => picture.close(),
    bytes: ({ width, height }) => width * height * 4,
    most: mostBytes,
    onChange: () => {
      onState(atlases.failed())
      request()
    },
  })

  function request(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }

  function wantedPages(first: number, last: number): number[] {
    const pageOf = (index: number) => Math.floor(Math.min(content.count - 1, Math.max(0, index)) / content.perAtlas)
    const [from, to] = [pageOf(first), pageOf(last - 1)]
    const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index)
    return [...new Set([...pages, pageOf(last - 1 + content.perAtlas), pageOf(first - content.perAtlas)])]
  }

  function draw(): void {
    const { tile } = content
    const [first, last] = inSight(layout, view.top, view.height)
    context.clearRect(0, 0, view.width, view.height)
    context.imageSmoothingEnabled = false
    context.fillStyle = colour('--line-soft')
    for (let index = first; index < last; index++) {
      const { x, y } = placeOf(layout, index)
      const source = sourceOf(content, index)
      const picture = atlases.get(source.page)
      const { width, height } = layout.cell
      if (picture)
        context.drawImage(picture, source.x, source.y, tile.width, tile.height, x, y - view.top, width, height)
      else context.fillRect(x, y - view.top, width, height)
    }
    drawSelection()
    if (content.count > 0) atlases.want(wantedPages(first, last))
  }

  function drawSelection(): void {
    const { selected } = look
    if (selected === null || selected >= content.count) return
    const { x, y } = placeOf(layout, selected)
    const width = 2 * Math.max(1, Math.round(devicePixelRatio))
    context.strokeStyle = colour('--accent')
    context.lineWidth = width
    const half = width / 2
    context.strokeRect(x - half, y - view.top - half, layout.cell.width + width, layout.cell.height + width)
  }

  return {
    layout: () => layout,
    request,
    /** Lays the tiles out anew. Lengths in device pixels. */
    show(next: Look, width: number, height: number): Layout {
      if (canvas.width !== width) canvas.width = width
      if (canvas.height !== height) canvas.height = height
      look = next
      layout = layOut(content.count, content.tile, next.zoom * Math.max(1, Math.round(devicePixelRatio)), width, gap)
      view = { ...view, width, height }
      request()
      return layout
    },
    scroll(top: number): void {
      view = { ...view, top }
      request()
    },
    retry: atlases.retry,
    /** What lies under a place of the canvas. */
    pixelAt(x: number, y: number): Pixel | null {
      const found = tileAt(layout, x, y + view.top)
      if (!found) return null
      const { tile } = content
      const at = {
        x: Math.floor((found.x * tile.width) / layout.cell.width),
        y: Math.floor((found.y * tile.height) / layout.cell.height),
      }
      const source = sourceOf(content, found.index)
      const picture = atlases.get(source.page)
      if (!picture) return { index: found.index, ...at, colour: null }
      probeContext.drawImage(picture, source.x + at.x, source.y + at.y, 1, 1, 0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0] = probeContext.getImageData(0, 0, 1, 1).data
      return { index: found.index, ...at, colour: [red, green, blue] }
    },
    close(): void {
      cancelAnimationFrame(frame)
      frame = -1 // no further frame is asked for
      atlases.close()
      context.clearRect(0, 0, canvas.width, canvas.height)
    },
  }
}

export type Painter = ReturnType<typeof createPainter>
