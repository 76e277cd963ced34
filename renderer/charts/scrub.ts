/** A place along the steps that a chart shares with what else is shown: its cursor rests there, a click or an arrow key moves it. */
import type uPlot from 'uplot'

export interface Scrub {
  step(): number
  seek(step: number): void
  subscribe(listener: () => void): () => void
}

/** A press that moves further drags a part to look at. */
const clickReach = 4

/** While the mouse is over the chart the cursor is the mouse's. Returns what ends it. */
export function followScrub(plot: uPlot, scrub: Scrub): { rest(): void; end(): void } {
  const { over } = plot
  let hovered = false
  let pressed = 0
  const rest = (): void => {
    if (hovered) return
    const left = plot.valToPos(scrub.step(), 'x')
    // Off first: a change of size would else leave the points of hidden lines in the corner.
    plot.setCursor({ left: -10, top: -10 }, false)
    if (left >= 0 && left <= over.clientWidth) plot.setCursor({ left, top: over.clientHeight / 2 })
  }
  const onEnter = () => void (hovered = true)
  const onLeave = () => {
    hovered = false
    rest()
  }
  const onDown = (event: MouseEvent) => void (pressed = event.clientX)
  const onClick = (event: MouseEvent) => {
    const { left = -1 } = plot.cursor
    if (left >= 0 && Math.abs(event.clientX - pressed) <= clickReach) scrub.seek(Math.round(plot.posToVal(left, 'x')))
  }
  over.addEventListener('mouseenter', onEnter)
  over.addEventListener('mouseleave', onLeave)
  over.addEventListener('mousedown', onDown)
  over.addEventListener('click', onClick)
  return { rest, end: scrub.subscribe(rest) }
}
