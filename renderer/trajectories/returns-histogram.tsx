/** How the returns of the shown episodes are spread. Drawn over with the pointer, a range of them is chosen. */
import { useMemo, useState, type PointerEvent } from 'react'
import { formatCount, formatFigure } from '../app/format.ts'
import type { Episodes } from './episodes.ts'
import { binsOf, combined } from './shapes.ts'
import { useTrajectories } from './trajectories-store.ts'
import { replaceSelection } from './undoing.ts'

const count = 36

interface Range {
  readonly from: number
  readonly to: number
}

export function ReturnsHistogram({ episodes, places }: { episodes: Episodes; places: readonly number[] }) {
  const selection = useTrajectories((state) => state.selection)
  const [range, setRange] = useState<Range | null>(null)
  const bins = useMemo(() => binsOf(episodes.returns, places, count), [episodes, places])
  const chosen = useMemo(
    () => bins.members.map((bin) => bin.filter((place) => selection.has(episodes.ids[place]!)).length),
    [bins, episodes, selection],
  )
  const shareAt = (event: PointerEvent): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const choose = (event: PointerEvent) => {
    if (!range) return
    setRange(null)
    const [low, high] = [Math.min(range.from, range.to), Math.max(range.from, range.to)]
    const [first, last] = [Math.floor(low * count), Math.min(count - 1, Math.floor(high * count))]
    const ids = bins.members.slice(first, last + 1).flatMap((bin) => bin.map((place) => episodes.ids[place]!))
    if (ids.length > 0) replaceSelection(combined(selection, ids, event))
  }
  return (
    <figure className="episodes-plot" aria-label="Returns">
      <figcaption>
        Returns <span>drag over some</span>
      </figcaption>
      <div
        className="returns-bars"
        role="img"
        aria-label={`${formatCount(places.length)} returns from ${formatFigure(bins.low)} to ${formatFigure(bins.high)}. To choose some by key, type return> or return< in the filter and select what is shown.`}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setRange({ from: shareAt(event), to: shareAt(event) })
        }}
        onPointerMove={(event) => range && setRange({ ...range, to: shareAt(event) })}
        onPointerUp={choose}
        onPointerCancel={() => setRange(null)}
      >
        {bins.members.map((bin, index) => (
          <span key={index} style={{ height: `${(bin.length / (bins.most || 1)) * 100}%` }}>
            {chosen[index]! > 0 && <span style={{ height: `${(chosen[index]! / bin.length) * 100}%` }} />}
          </span>
        ))}
        {range && (
          <i
            style={{
              left: `${Math.min(range.from, range.to) * 100}%`,
              width: `${Math.abs(range.to - range.from) * 100}%`,
            }}
          />
        )}
      </div>
      {places.length > 0 && (
        <p className="episodes-axis number" aria-hidden="true">
          <span>{formatFigure(Math.round(bins.low))}</span>
          <span>{formatFigure(Math.round((bins.low + bins.high) / 2))}</span>
          <span>{formatFigure(Math.round(bins.high))}</span>
        </p>
      )}
    </figure>
  )
}
