/** What is known about a data set at each ε: published figures and the runs made here, side by side and clearly told apart. */
import { useState } from 'react'
import type { Published, SynthesisResult } from '../../main/contract/calls/images.ts'
import { formatTime } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Tag } from '../ui/controls.tsx'
import { SelectField } from '../ui/field.tsx'
import { AccuracyChart } from './accuracy-chart.tsx'
import { publishedNameOf } from './draft.ts'
import { showRun } from './images-feed.ts'
import { useDraft, useImages } from './images-store.ts'

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

function OwnRuns({
  results,
  titles,
}: {
  results: readonly SynthesisResult[]
  titles: Readonly<Record<string, string>>
}) {
  if (results.length === 0)
    return <p className="images-note">No finished and scored run on this data set yet. Yours will stand here.</p>
  return (
    <table className="images-own">
      <caption>Made here, small classifiers</caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          <th scope="col">ε</th>
          <th scope="col">Accuracy, private</th>
          <th scope="col">On test images</th>
          <th scope="col">Run</th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr key={result.run}>
            <td>{titles[result.method] ?? result.method}</td>
            <td className="number">{result.epsilon}</td>
            <td className="number">{percent(result.privateAccuracy)}</td>
            <td className="number not-private">{percent(result.testAccuracy)}</td>
            <td>
              <button type="button" className="link" onClick={() => showRun(result.run)}>
                {formatTime(result.created, new Date())}
              </button>
              {result.preset === 'tiny' && <Tag>tiny</Tag>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function PublishedTable({ published, data, method }: { published: Published; data: string; method: string | null }) {
  const rows = published.accuracy.filter((row) => row.data === data)
  const epsilons = [...new Set(rows.map(({ epsilon }) => epsilon))].sort((a, b) => a - b)
  return (
    <table className="images-published">
      <caption>Published, deep classifiers: accuracy in percent</caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          {epsilons.map((epsilon) => (
            <th key={epsilon} scope="col" className="number">
              ε {epsilon}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {published.methods.map((name) => (
          <tr key={name} className={name === method ? 'chosen' : undefined}>
            <th scope="row">{name}</th>
            {epsilons.map((epsilon) => {
              const found = rows.find((row) => row.method === name && row.epsilon === epsilon)
              return (
                <td key={epsilon} className="number" title={found?.caution ?? found?.source}>
                  {found ? found.percent.toFixed(1) : '–'}
                  {found?.caution && <sup aria-label={found.caution}>?</sup>}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Cautions({ published }: { readonly published: Published }) {
  return (
    <div className="images-cautions">
      <p>
        <strong>Not comparable with each other.</strong> {published.cautions.join(' ')}
      </p>
      <p>
        Source: {published.citation}. A figure with <sup>?</sup> looks odd in the source itself; point at it to read
        why.
      </p>
    </div>
  )
}

export function KnownResults() {
  const draft = useDraft()
  const published = useImages((state) => state.published)
  const methods = useImages((state) => state.methods) ?? []
  const all = useImages((state) => state.results)
  const dataset = usePage((state) => state.datasets?.find(({ id }) => id === draft.data))
  const [chosen, setChosen] = useState<string | null>(null)
  if (!published || !dataset) return null
  const names = [...new Set(published.accuracy.map(({ data }) => data))]
  const own = publishedNameOf(dataset, names)
  const shown = chosen ?? own ?? names[0] ?? ''
  const results = all.filter(({ data, privateAccuracy }) => data === draft.data && privateAccuracy !== null)
  const titles = Object.fromEntries(methods.map(({ id, title }) => [id, title]))
  const method = titles[draft.method] ?? null
  return (
    <section className="images-section images-known">
      <div className="images-known-head">
        <h2>What is known</h2>
        <SelectField
          label="Published for"
          value={shown}
          options={names.map((name) => ({ value: name, label: name }))}
          onChange={setChosen}
        />
      </div>
      {own === null && (
        <p className="images-note">Nothing is published for {dataset.name}; another set is shown for orientation.</p>
      )}
      <AccuracyChart
        published={published.accuracy.filter(({ data }) => data === shown)}
        results={results}
        method={method}
        data={shown}
        epsilon={draft.epsilon}
      />
      <OwnRuns results={results} titles={titles} />
      <PublishedTable published={published} data={shown} method={method} />
      <Cautions published={published} />
    </section>
  )
}
