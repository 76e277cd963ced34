/** Keeps a chart in its place for as long as it is shown: made once, sized with its place, redrawn with the theme. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import { showAt } from './legend.tsx'
import { createPlot, type Plot, type PlotContent } from './plot.ts'
import type { Scrub } from './scrub.ts'

interface Wanted extends PlotContent {
  readonly logX: boolean
  readonly logY: boolean
  readonly height: number
  readonly syncKey: string | undefined
  readonly scrub: Scrub | undefined
}

export interface PlaceOfPlot {
  readonly place: RefObject<HTMLDivElement | null>
  readonly legend: RefObject<HTMLUListElement | null>
  readonly plot: RefObject<Plot | null>
  readonly zoomed: boolean
}

export function usePlot({ lines, smoothing, logX, logY, height, syncKey, scrub }: Wanted): PlaceOfPlot {
  const place = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLUListElement>(null)
  const plot = useRef<Plot>(null)
  const shown = useRef(lines)
  const [zoomed, setZoomed] = useState(false)
  useEffect(() => {
    const host = place.current
    if (!host) return
    const size = () => ({ width: Math.max(1, host.clientWidth), height })
    const onCursor = (step: number | null) => showAt(legend.current, shown.current, step)
    const made = createPlot(host, size(), { logX, logY, syncKey, scrub, onCursor, onZoom: setZoomed })
    plot.current = made
    const sizes = new ResizeObserver(() => made.resize(size()))
    sizes.observe(host)
    const theme = new MutationObserver(() => made.redraw())
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      sizes.disconnect()
      theme.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [logX, logY, syncKey, scrub, height])
  useEffect(() => {
    shown.current = lines
    plot.current?.show({ lines, smoothing })
    showAt(legend.current, lines, null)
  }, [lines, smoothing, logX, logY, syncKey, scrub, height])
  return { place, legend, plot, zoomed }
}
