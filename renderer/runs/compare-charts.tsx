/** The courses of several runs over one another: one colour a run, one cursor for all charts. */
import { useEffect, useState } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { formatName } from '../app/format.ts'
import { seriesColour } from '../charts/colours.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { warm } from '../charts/warm.ts'
import { ChartControls } from './chart-settings.tsx'
import { letterOf } from './compare-view.tsx'
import { fetchCourse, type Course } from './course.ts'
import { runsStore, useRuns } from './runs-store.ts'

/** Of each figure and run. Ten runs of as many are still drawn without a stutter. */
const pointsRead = 100_000
const everyMs = 3000

/** Read anew now and then while one of the runs goes on. */
function useCourses(runs: readonly RunSummary[]): readonly (Course | null)[] {
  const [courses, setCourses] = useState<readonly (Course | null)[]>([])
  const key = runs.map(({ id }) => id).join(' ')
  const live = runs.some(({ state }) => state === 'running')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let current = true
    const read = async () => {
      const found = await Promise.all(key.split(' ').map((run) => fetchCourse(run, pointsRead)))
      const { smoothing, logY, along } = runsStore.getState().charts
      for (const course of found)
        for (const { steps, seconds, values } of course?.columns.values() ?? [])
          await warm([{ steps: along === 'time' ? seconds : steps, values }], smoothing, logY)
      if (!current) return
      setCourses(found)
      if (live) timer = setTimeout(() => void read(), everyMs)
    }
    void read()
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [key, live])
  return courses
}

export function CompareCharts({ runs }: { readonly runs: readonly RunSummary[] }) {
  const courses = useCourses(runs)
  const { smoothing, logX, logY, along } = useRuns((state) => state.charts)
  const figures = [...new Set(courses.flatMap((course) => course?.header.series.map(({ name }) => name) ?? []))]
  return (
    <div className="run-charts">
      <ChartControls />
      <div className="chart-grid">
        {figures.map((figure) => (
          <LineChart
            key={figure}
            label={formatName(figure)}
            yLabel={formatName(figure)}
            xLabel={along === 'time' ? 'seconds' : 'step'}
            series={courses.flatMap((course, index) => {
              const column = course?.columns.get(figure)
              const head = course?.header.series.find(({ name }) => name === figure)
              const run = runs[index]
              if (!column || !head || !run) return []
              const steps = along === 'time' ? column.seconds : column.steps
              const colour = seriesColour(index)
              return [
                { id: run.id, name: letterOf(index), colour, steps, values: column.values, private: head.private },
              ]
            })}
            syncKey={`compare ${along}`}
            {...{ smoothing, logX, logY }}
          />
        ))}
      </div>
    </div>
  )
}
