/** Runs side by side: what differs first, figures, courses on one axis, pictures at one size. */
import { useEffect, useState } from 'react'
import type { Comparison } from '../../main/contract/calls/runs.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { ask } from '../app/bridge.ts'
import { seriesColour } from '../charts/colours.ts'
import { Button } from '../ui/controls.tsx'
import { notify } from '../ui/notices.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { CompareCharts } from './compare-charts.tsx'
import { ComparePictures } from './compare-pictures.tsx'
import { CompareTable } from './compare-table.tsx'
import { tellFailure } from './run-actions.ts'
import { compareRuns } from './runs-store.ts'
import { StateWord } from './state.tsx'

function useComparison(runs: readonly RunSummary[]): Comparison | null {
  const [comparison, setComparison] = useState<Comparison | null>(null)
  // Read anew when one of them ends or is told to go on: the figures have then changed.
  const key = runs.map(({ id, state }) => `${id} ${state}`).join()
  useEffect(() => {
    let current = true
    const ids = key.split(',').map((one) => one.split(' ')[0] ?? '')
    void ask('runs.compare', { runs: ids }, tellFailure).then((found) => {
      if (current && found) setComparison(found)
    })
    return () => {
      current = false
    }
  }, [key])
  return comparison
}

async function copyCsv(runs: readonly string[]): Promise<void> {
  const found = await ask('runs.exportComparison', { runs: [...runs], path: null }, tellFailure)
  if (!found) return
  await navigator.clipboard.writeText(found.csv)
  notify({ message: 'The comparison is copied as CSV.', kind: 'done' })
}

async function saveCsv(runs: readonly string[]): Promise<void> {
  const words = { suggested: 'comparison.csv', title: 'Save the comparison as CSV' }
  const chosen = await ask('shell.chooseTarget', words, tellFailure)
  if (!chosen || chosen.path === null) return
  if (await ask('runs.exportComparison', { runs: [...runs], path: chosen.path }, tellFailure))
    notify({ message: 'The comparison is saved.', hint: chosen.path, kind: 'done' })
}

export function CompareView({ runs }: { readonly runs: readonly RunSummary[] }) {
  const comparison = useComparison(runs)
  const [tab, setTab] = useState<'table' | 'charts' | 'pictures'>('table')
  const ids = runs.map(({ id }) => id)
  const modes = comparison?.rows.find(({ kind, name }) => kind === 'privacy' && name === 'mode')?.values ?? []
  return (
    <section className="run-panel compare" aria-label="Comparison">
      <header className="run-header">
        <h1>{runs.length} runs side by side</h1>
        <div className="actions">
          <Button icon="copy" onClick={() => void copyCsv(ids)}>
            Copy as CSV
          </Button>
          <Button onClick={() => void saveCsv(ids)}>Save as CSV…</Button>
          <Button icon="close" onClick={() => compareRuns(null)}>
            Close
          </Button>
        </div>
      </header>
      <ol className="compare-runs">
        {runs.map((run, index) => (
          <li key={run.id}>
            <span className="compare-mark" style={{ background: seriesColour(index) }} aria-hidden="true" />
            <span className="number">{letterOf(index)}</span>
            <span className="compare-title">{run.title}</span>
            <StateWord state={run.state} />
          </li>
        ))}
      </ol>
      {comparison && (
        <Tabs
          label="Views of the comparison"
          value={tab}
          onChange={setTab}
          items={[
            {
              id: 'table',
              label: 'Settings and figures',
              content: <CompareTable rows={comparison.rows} runs={runs} />,
            },
            { id: 'charts', label: 'Charts', content: <CompareCharts runs={runs} /> },
            { id: 'pictures', label: 'Pictures', content: <ComparePictures runs={runs} modes={modes} /> },
          ]}
        />
      )}
    </section>
  )
}

/** A short name for each run, the same in every view. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index)
