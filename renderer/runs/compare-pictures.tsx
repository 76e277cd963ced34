/** The sample sheets of several runs, all of them at one size: what looks sharper is sharper. */
import { useEffect, useState } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { artifactUrl } from '../app/bridge.ts'
import { formatName } from '../app/format.ts'
import { seriesColour } from '../charts/colours.ts'
import { Tag } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Segmented } from '../ui/field.tsx'
import { letterOf } from './compare-view.tsx'
import { useWidth } from '../ui/use-width.ts'
import { fetchCourse } from './course.ts'
import { crispWidth } from './previews.tsx'
import { viewOf, type Preview } from './run-view.ts'

type Found = readonly (readonly Preview[])[]

function useSheets(runs: readonly RunSummary[]): Found | null {
  const [found, setFound] = useState<Found | null>(null)
  const key = runs.map(({ id }) => id).join(' ')
  useEffect(() => {
    let current = true
    void Promise.all(key.split(' ').map((run) => fetchCourse(run, 2))).then((courses) => {
      if (current) setFound(courses.map((course) => (course ? Object.values(viewOf(course).previews) : [])))
    })
    return () => {
      current = false
    }
  }, [key])
  return found
}

const zooms = ['fit', '1', '2', '4'] as const
type Zoom = (typeof zooms)[number]
const zoomOptions = zooms.map((value) => ({ value, label: value === 'fit' ? 'Fit' : `${value}×` }))

/** Screen pixels for one pixel of a picture: 'fit' takes what the widest of them has room for. */
export function scaleOf(zoom: Zoom, widest: number, column: number, ratio: number): number {
  if (zoom !== 'fit') return Number(zoom) / ratio
  return widest > 0 ? crispWidth(widest, column, ratio) / widest : 0
}

interface Props {
  readonly runs: readonly RunSummary[]
  /** How each run draws its noise, in the order of the runs. */
  readonly modes: readonly unknown[]
}

export function ComparePictures({ runs, modes }: Props) {
  const found = useSheets(runs)
  if (found === null) return null
  if (found.every((previews) => previews.length === 0))
    return <EmptyState icon="images" title="No pictures yet" lead="None of these runs has made a picture so far." />
  return <Sheets {...{ runs, modes, found }} />
}

function Sheets({ runs, modes, found }: Props & { readonly found: Found }) {
  const [zoom, setZoom] = useState<Zoom>('fit')
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({})
  const [place, column] = useWidth()
  const scale = scaleOf(zoom, Math.max(0, ...Object.values(widths)), column, window.devicePixelRatio)
  return (
    <>
      <div className="chart-controls">
        <Segmented label="Size of all pictures" value={zoom} options={zoomOptions} onChange={setZoom} />
      </div>
      <div className="compare-pictures" style={{ gridTemplateColumns: `repeat(${runs.length}, minmax(0, 1fr))` }}>
        {runs.map((run, index) => {
          const research = modes[index] === 'research'
          return (
            <div key={run.id} ref={index === 0 ? place : undefined}>
              <p className="compare-head">
                <span className="compare-mark" style={{ background: seriesColour(index) }} aria-hidden="true" />
                {letterOf(index)}
                {research && <Tag meaning="sensitive">research: not for release</Tag>}
              </p>
              {(found[index] ?? []).map(({ name, file, version }) => {
                const url = artifactUrl(run.id, file, version)
                const words = `${formatName(name)} of ${run.title}`
                return (
                  <figure key={name}>
                    <div className="compare-picture">
                      <img
                        src={url}
                        alt={research ? `${words}, not for release` : words}
                        style={{ width: scale * (widths[url] ?? 0) }}
                        onLoad={({ currentTarget: { naturalWidth } }) =>
                          setWidths((known) => ({ ...known, [url]: naturalWidth }))
                        }
                      />
                    </div>
                    <figcaption>{formatName(name)}</figcaption>
                  </figure>
                )
              })}
            </div>
          )
        })}
      </div>
    </>
  )
}
