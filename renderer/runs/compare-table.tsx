/** Settings that differ, then privacy, figures, and last the settings that agree. */
import type { Comparison } from '../../main/contract/calls/runs.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { settingWords } from '../../main/contract/setting-words.ts'
import { capital, formatEpsilon, formatFigure, formatName } from '../app/format.ts'
import { seriesColour } from '../charts/colours.ts'
import { Facts } from '../ui/facts.tsx'
import { letterOf } from './compare-view.tsx'
import { NotPrivate } from './figures.tsx'

type Row = Comparison['rows'][number]

const differs = ({ values }: Row): boolean => new Set(values).size > 1

/** `parameters.learningRate` → `Learning rate`. */
const settingName = (name: string): string =>
  capital(
    name
      .replace(/^parameters\./, '')
      .replace(/([a-z])([A-Z])/g, (_pair, low: string, high: string) => `${low} ${high.toLowerCase()}`),
  )

function wordsOf(row: Row): string[] {
  if (row.kind === 'setting') return settingWords(row.values)
  return row.values.map((value) =>
    value === null
      ? '–'
      : typeof value === 'string'
        ? value
        : row.name === 'epsilon'
          ? formatEpsilon(value)
          : formatFigure(value),
  )
}

/** What all have in common, once. */
function Shared({ rows }: { readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null
  return (
    <section className="compare-shared" aria-label="Settings that agree">
      <h2>Settings that agree</h2>
      <Facts rows={rows.map((row) => [settingName(row.name), wordsOf(row)[0]])} />
    </section>
  )
}

function Part({ title, rows, runs }: { readonly title: string; readonly rows: readonly Row[]; readonly runs: number }) {
  if (rows.length === 0) return null
  return (
    <tbody>
      <tr className="compare-part">
        <th scope="rowgroup" colSpan={runs + 1}>
          {title}
        </th>
      </tr>
      {rows.map((row) => (
        <tr key={row.name}>
          <th scope="row">
            {row.kind === 'setting' ? settingName(row.name) : formatName(row.name)} {!row.private && <NotPrivate />}
          </th>
          {wordsOf(row).map((words, index) => (
            <td key={index} className="number" data-best={row.best.includes(index) || undefined}>
              {words}
              {row.best.includes(index) && <span className="best"> best</span>}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}

export function CompareTable({ rows, runs }: { readonly rows: readonly Row[]; readonly runs: readonly RunSummary[] }) {
  const of = (kind: Row['kind']) => rows.filter((row) => row.kind === kind)
  const settings = of('setting')
  return (
    <div className="compare-table">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">What</span>
            </th>
            {runs.map((run, index) => (
              <th key={run.id} scope="col" title={run.title}>
                <span className="compare-mark" style={{ background: seriesColour(index) }} aria-hidden="true" />
                {letterOf(index)}
              </th>
            ))}
          </tr>
        </thead>
        <Part title="Settings that differ" rows={settings.filter(differs)} runs={runs.length} />
        <Part title="Privacy of each run" rows={of('privacy')} runs={runs.length} />
        <Part title="Figures at their last step" rows={of('metric')} runs={runs.length} />
      </table>
      <Shared rows={settings.filter((row) => !differs(row))} />
    </div>
  )
}
