/** The sample sheets of several runs at one size. */
import { useEffect, useState } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { artifactUrl } from '../app/bridge.ts'
import { formatName } from '../app/format.ts'
import { seriesColour } from '../charts/colours.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { letterOf } from './compare-view.tsx'
import { fetchCourse } from './course.ts'
import { viewOf, type Preview } from './run-view.ts'

type Found = readonly (readonly Preview[])[]

export function ComparePictures({ runs }: { readonly runs: readonly RunSummary[] }) {
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
  if (found === null) return null
  if (found.every((previews) => previews.length === 0))
    return <EmptyState icon="images" title="No pictures yet" lead="None of these runs has made a picture so far." />
  return (
    <div className="compare-pictures" style={{ gridTemplateColumns: `repeat(${runs.length}, minmax(0, 1fr))` }}>
      {runs.map((run, index) => (
        <div key={run.id}>
          <p className="compare-head">
            <span className="compare-mark" style={{ background: seriesColour(index) }} aria-hidden="true" />
            {letterOf(index)}
          </p>
          {(found[index] ?? []).map(({ name, file, version }) => (
            <figure key={name}>
              <img src={artifactUrl(run.id, file, version)} alt={`${formatName(name)} of ${run.title}`} />
              <figcaption>{formatName(name)}</figcaption>
            </figure>
          ))}
        </div>
      ))}
    </div>
  )
}
