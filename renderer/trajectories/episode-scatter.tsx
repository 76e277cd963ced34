/** Every shown episode as a point, its return over its length. A line drawn around some of them chooses these; one around none, or a click, changes nothing. */
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react'
import { formatCount } from '../app/format.ts'
import { useShownTheme } from '../app/theme.ts'
import { resolveColour } from '../charts/colours.ts'
import type { Episodes } from './episodes.ts'
import { combined, isDrawn, isInside, type Point } from './shapes.ts'
import { useTrajectories } from './trajectories-store.ts'
import { replaceSelection } from './undoing.ts'
import { useSize, type Size } from './use-size.ts'

interface Extent {
  readonly low: number
  readonly high: number
}

function extentOf(values: readonly number[], places: readonly number[]): Extent {
  let [low, high] = [Infinity, -Infinity]
  for (const place of places) {
    low = Math.min(low, values[place]!)
    high = Math.max(high, values[place]!)
  }
  return low > high ? { low: 0, high: 1 } : low === high ? { low: low - 1, high: high + 1 } : { low, high }
}

const edge = 6

function pointsOf({ lengths, returns }: Episodes, places: readonly number[], { width, height }: Size): Point[] {
  const [across, up] = [extentOf(lengths, places), extentOf(returns, places)]
  const along = (value: number, { low, high }: Extent, room: number) =>
    edge + ((value - low) / (high - low)) * (room - 2 * edge)
  return places.map((place) => ({
    x: along(lengths[place]!, across, width),
    y: height - along(returns[place]!, up, height),
  }))
}

interface Drawn {
  readonly points: readonly Point[]
  readonly isChosen: (index: number) => boolean
  readonly shown: number
}

/** The chosen ones last, so that none of them is under others. */
function draw(canvas: HTMLCanvasElement, { width, height }: Size, { points, isChosen, shown }: Drawn): void {
  const scale = window.devicePixelRatio
  canvas.width = width * scale
  canvas.height = height * scale
  const pen = canvas.getContext('2d')
  if (!pen) return
  pen.scale(scale, scale)
  const radius = points.length > 2000 ? 1.5 : 2.5
  for (const chosen of [false, true]) {
    pen.fillStyle = resolveColour(chosen ? 'var(--accent)' : 'var(--data-1)')
    pen.globalAlpha = chosen ? 1 : points.length > 500 ? 0.35 : 0.55
    for (const [index, { x, y }] of points.entries()) {
      if (isChosen(index) !== chosen) continue
      pen.beginPath()
      pen.arc(x, y, chosen ? radius + 0.5 : radius, 0, 2 * Math.PI)
      pen.fill()
    }
  }
  const at = points[shown]
  if (!at) return
  pen.globalAlpha = 1
  pen.strokeStyle = resolveColour('var(--ink)')
  pen.lineWidth = 1.5
  pen.beginPath()
  pen.arc(at.x, at.y, radius + 3, 0, 2 * Math.PI)
  pen.stroke()
}

export function EpisodeScatter({ episodes, places }: { episodes: Episodes; places: readonly number[] }) {
  const [place, size] = useSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useShownTheme()
  const selection = useTrajectories((state) => state.selection)
  const shown = useTrajectories((state) => state.episode)
  const [line, setLine] = useState<readonly Point[] | null>(null)
  const points = useMemo(() => pointsOf(episodes, places, size), [episodes, places, size])
  useEffect(() => {
    if (canvas.current && size.width > 0)
      draw(canvas.current, size, {
        points,
        isChosen: (index) => selection.has(episodes.ids[places[index]!]!),
        shown: places.findIndex((one) => episodes.ids[one] === shown),
      })
  }, [episodes, places, points, size, selection, shown, theme])
  const at = (event: PointerEvent): Point => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const choose = (event: PointerEvent) => {
    if (!line) return
    setLine(null)
    if (!isDrawn(line)) return
    const ids = places.filter((_, index) => isInside(points[index]!, line)).map((one) => episodes.ids[one]!)
    if (ids.length > 0) replaceSelection(combined(selection, ids, event))
  }
  const across = extentOf(episodes.lengths, places)
  const lengths = new Set(places.map((one) => episodes.lengths[one]!))
  return (
    <figure className="episodes-plot" aria-label="Return over steps">
      <figcaption>
        Return over steps <span>draw around some</span>
      </figcaption>
      <div
        ref={place}
        className="episodes-scatter"
        role="img"
        aria-label="Each episode as a point. To choose some by key, filter by return and steps and select what is shown."
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setLine([at(event)])
        }}
        onPointerMove={(event) => line && setLine([...line, at(event)])}
        onPointerUp={choose}
        onPointerCancel={() => setLine(null)}
      >
        <canvas ref={canvas} style={size} />
        {line && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <polygon points={line.map(({ x, y }) => `${x},${y}`).join(' ')} />
          </svg>
        )}
      </div>
      {places.length > 0 && (
        <p className="episodes-axis number" aria-hidden="true">
          {lengths.size === 1 ? (
            <span className="all-alike">all {formatCount([...lengths][0]!)} steps</span>
          ) : (
            <>
              <span>{formatCount(across.low)}</span>
              <span>{formatCount(across.high)} steps</span>
            </>
          )}
        </p>
      )}
    </figure>
  )
}
