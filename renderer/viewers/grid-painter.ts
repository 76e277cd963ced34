/** Draws the tiles in sight on one canvas, pixel by whole pixel, once for each frame in which something changed. */
import { readLab } from '../app/bridge.ts'
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

/** From the bytes: then the picture is decoded beside the page's own work. */
async function loadPicture(url: string): Promise<ImageBitmap> {
  const answer = await readLab(url.replace('app://lab/', ''))
  if (!answer) throw new Error(`The lab has nothing at ${url}`)
  return createImageBitmap(await answer.blob())
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
  /** Where the canvas stands that was drawn last; null when all of it must be drawn anew. */
  let drawnTop: number | null = null
  /** 1 or -1: pages that lie that way are loaded ahead. */
  let direction = 1
  let colours = { wait: '', selected: '' }
  const atlases: AtlasCache<ImageBitmap> = createAtlasCache({
    load: (page) => loadPicture(content.atlasUrl(page)),
    close: (picture) => picture.close(),
    bytes: ({ width, height }) => width * height * 4,
    most: mostBytes,
    onChange: (page) => {
      onState(atlases.failed())
      const [first, last] = inSight(layout, view.top, view.height)
      const { perAtlas } = content
      if (page * perAtlas < last && (page + 1) * perAtlas > first) request()
    },
  })

  /** Draws everything anew: a page has come, the look or the theme is another. */
  function request(): void {
    drawnTop = null
    next()
  }

  function next(): void {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }

  function wantedPages(first: number, last: number): number[] {
    const pageOf = (index: number) => Math.floor(Math.min(content.count - 1, Math.max(0, index)) / content.perAtlas)
    const [from, to] = [pageOf(first), pageOf(last - 1)]
    const pages = Array.from({ length: to - from + 1 }, (_, index) => from + index)
    const ahead = [1, 2].map((pages) => (direction > 0 ? last - 1 : first) + direction * pages * content.perAtlas)
    const behind = direction > 0 ? first - content.perAtlas : last - 1 + content.perAtlas
    return [...new Set([...pages, ...[...ahead, behind].map(pageOf)])]
  }

  /** What is still right is moved; only the strip that came into sight is drawn. */
  function draw(): void {
    const moved = drawnTop === null ? view.height : view.top - drawnTop
    if (moved === 0) return
    direction = moved < 0 ? -1 : 1
    const rest = view.height - Math.abs(moved)
    if (rest > 0) {
      context.globalCompositeOperation = 'copy'
      context.drawImage(canvas, 0, -moved)
      context.globalCompositeOperation = 'source-over'
      drawStrip(moved > 0 ? rest : 0, Math.abs(moved))
    } else {
      context.imageSmoothingEnabled = false
      colours = { wait: colour('--line-soft'), selected: colour('--accent') }
      drawStrip(0, view.height)
    }
    drawnTop = view.top
    if (content.count > 0) atlases.want(wantedPages(...inSight(layout, view.top, view.height)))
  }

  /** The rows that reach into a strip of the canvas, and nothing outside it. */
  function drawStrip(y: number, height: number): void {
    const { tile } = content
    const [first, last] = inSight(layout, view.top + y, height)
    context.save()
    context.beginPath()
    context.rect(0, y, view.width, height)
    context.clip()
    context.clearRect(0, y, view.width, height)
    context.fillStyle = colours.wait
    for (let index = first; index < last; index++) {
      const place = placeOf(layout, index)
      const source = sourceOf(content, index)
      const picture = atlases.get(source.page)
      const { width: w, height: h } = layout.cell
      const top = place.y - view.top
      if (picture) context.drawImage(picture, source.x, source.y, tile.width, tile.height, place.x, top, w, h)
      else context.fillRect(place.x, top, w, h)
    }
    drawSelection()
    context.restore()
  }

  function drawSelection(): void {
    const { selected } = look
    if (selected === null || selected >= content.count) return
    const { x, y } = placeOf(layout, selected)
    const width = 2 * Math.max(1, Math.round(devicePixelRatio))
    context.strokeStyle = colours.selected
    context.lineWidth = width
    const half = width / 2
    context.strokeRect(x - half, y - view.top - half, layout.cell.width + width, layout.cell.height + width)
  }

  return {
    layout: () => layout,
    request,
    /** Lays the tiles out anew. Lengths in device pixels. */
    show(wanted: Look, width: number, height: number): Layout {
      if (canvas.width !== width) canvas.width = width
      if (canvas.height !== height) canvas.height = height
      look = wanted
      layout = layOut(content.count, content.tile, wanted.zoom * Math.max(1, Math.round(devicePixelRatio)), width, gap)
      view = { ...view, width, height }
      request()
      return layout
    },
    scroll(top: number): void {
      view = { ...view, top: Math.round(top) } // whole pixels can be moved
      next()
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
