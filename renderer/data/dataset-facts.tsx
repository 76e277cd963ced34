/** What is known of a data set without looking at an image. */
import { useState } from 'react'
import type { Dataset, SplitName } from '../../main/contract/dataset.ts'
import { Bars } from '../charts/bars.tsx'
import { formatBudget, formatCount, formatFigure, formatTime } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Copyable } from '../ui/controls.tsx'
import { Segmented } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { shapeOf } from './dataset-list.tsx'

export const splitWords: Record<SplitName, string> = { train: 'Train', validation: 'Validation', test: 'Test' }

export const splitsOf = (dataset: Dataset): SplitName[] =>
  (['train', 'validation', 'test'] as const).filter((name) => dataset.splits[name])

/** Class counts are facts about the images: of a sensitive set they are no more public than the images. */
function Classes({ dataset }: { readonly dataset: Dataset }) {
  const splits = splitsOf(dataset)
  const [split, setSplit] = useState<SplitName>(splits[0] ?? 'train')
  const counts = dataset.splits[split]?.classCounts ?? []
  return (
    <section className="fact-classes">
      <header>
        <h2>Images in each class</h2>
        <Segmented
          label="Split"
          hideLabel
          value={split}
          onChange={setSplit}
          options={splits.map((value) => ({ value, label: splitWords[value] }))}
        />
      </header>
      <Bars
        label={`Images of each class in ${split}`}
        items={counts.map((value, index) => ({ name: dataset.classNames[index] ?? String(index), value }))}
      />
      {dataset.sensitive && (
        <p className="plum">
          <Icon name="eye" size={14} /> Counted without noise: not for release.
        </p>
      )}
    </section>
  )
}

export function DatasetFacts({ dataset }: { readonly dataset: Dataset }) {
  const budget = usePage((state) => state.ledgers[dataset.id]?.summary.budget ?? dataset.budget)
  const counts = splitsOf(dataset).map((name) => `${formatCount(dataset.splits[name]!.count)} ${name}`)
  const rows: readonly (readonly [string, string])[] = [
    ['Images', counts.join(', ')],
    ['Size', shapeOf(dataset)],
    ['Splits', dataset.splitRule],
    ...(dataset.sensitive
      ? ([
          ['Protects', dataset.privacyUnit],
          ['Neighbouring', dataset.relation === 'add-remove' ? 'add or remove one image' : 'replace one image'],
          ['Budget', `ε = ${formatBudget(budget)} at δ = ${formatFigure(dataset.delta)}`],
        ] as const)
      : []),
    ['Licence', dataset.licence],
    ['Source', dataset.source],
    ['Imported', formatTime(dataset.created, new Date())],
  ]
  return (
    <div className="dataset-facts">
      <div>
        <dl className="fact-list">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <div>
            <dt>Hash of the images</dt>
            <dd>
              <Copyable text={dataset.contentHash} label="Copy the hash" />
            </dd>
          </div>
        </dl>
        {dataset.problems.length > 0 && (
          <section className="fact-notes">
            <h2>Noted at the import</h2>
            <ul>
              {dataset.problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <Classes dataset={dataset} />
    </div>
  )
}
