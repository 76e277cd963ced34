/** One trajectory step by step: what the agent would do is worth, against the band of the references. */
import { useEffect, useMemo, useState } from 'react'
import { timelineColumns, type TimelineColumn } from '../../../main/contract/audit.ts'
import { LineChart } from '../../charts/line-chart.tsx'
import type { Series } from '../../charts/series.ts'
import { Segmented } from '../../ui/field.tsx'
import { loadTimeline } from './audit-feed.ts'
import { useAudit } from './audit-store.ts'
import { groupWords, verdictOf, verdictWords } from './audit-view.ts'

const lines: readonly (Pick<Series, 'edge'> & {
  readonly column: TimelineColumn
  readonly name: string
  readonly colour: string
})[] = [
  { column: 'agent', name: 'audited agent', colour: 'var(--data-2)' },
  { column: 'mean', name: 'references, mean', colour: 'var(--data-1)' },
  { column: 'lowest', name: 'lowest', colour: 'var(--data-5)', edge: true },
  { column: 'highest', name: 'highest', colour: 'var(--data-5)', edge: true },
  { column: 'original', name: 'original', colour: 'var(--data-7)' },
  { column: 'retrained', name: 'trained anew', colour: 'var(--data-3)' },
]

const views = [
  { value: 'difference', label: 'Against the references', note: 'Less their mean: what leaves the band stands out.' },
  { value: 'values', label: 'Values' },
] as const
type View = (typeof views)[number]['value']

function seriesOf(values: Float32Array, view: View) {
  const width = timelineColumns.length
  const count = values.length / width
  const steps = Array.from({ length: count }, (_, step) => step)
  const mean = timelineColumns.indexOf('mean')
  return lines
    .map(({ column, ...look }) => {
      const place = timelineColumns.indexOf(column)
      const from = (step: number) => (view === 'values' ? 0 : values[step * width + mean]!)
      return {
        id: column,
        ...look,
        steps,
        values: steps.map((step) => values[step * width + place]! - from(step)),
      }
    })
    .filter(({ values: own }) => own.length > 0 && Number.isFinite(own[0]))
}

export function AuditTimeline() {
  const audit = useAudit((state) => state.audit)
  const look = useAudit((state) => state.look)
  const id = useAudit((state) => state.trajectory)
  const [view, setView] = useState<View>('difference')
  const run = audit?.run
  // The one before stays in the store until this one is read, and after a failure.
  const timeline = useAudit(({ timeline: read }) => (read?.run === run && read?.id === id ? read : null))
  useEffect(() => {
    if (run !== undefined && id !== null) void loadTimeline(run, id)
  }, [run, id])
  const series = useMemo(() => (timeline ? seriesOf(timeline.values, view) : []), [timeline, view])
  const one = audit?.found.trajectories.find((trajectory) => trajectory.id === id)
  if (!one || !look || !audit) return null
  return (
    <section className="audit-part" aria-label={`Episode ${one.id}`}>
      <header className="audit-head">
        <h2>
          Episode {one.id}, {groupWords[one.group].toLowerCase()}: {verdictWords[verdictOf(one, look)]}
        </h2>
        <Segmented label="What is drawn" hideLabel value={view} options={views} onChange={setView} />
      </header>
      <LineChart
        label={`Values along episode ${one.id}`}
        xLabel="step"
        yLabel={`Discounted sum of values within windows of ${audit.found.settings.window} steps${view === 'difference' ? ', less the mean of the references' : ''}`}
        height={220}
        series={series}
      />
    </section>
  )
}
