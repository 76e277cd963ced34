/** The images of a data set, split by split. Sensitive ones are shown only after a person asked, which the ledger notes. */
import { useEffect, useState } from 'react'
import type { Dataset, SplitName } from '../../main/contract/dataset.ts'
import { ask } from '../app/bridge.ts'
import { formatCount } from '../app/format.ts'
import { showFailure, usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Segmented, SelectField } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { ImageGrid } from '../viewers/image-grid.tsx'
import { showImages } from './data-actions.ts'
import { useData } from './data-store.ts'
import { splitsOf, splitWords } from './dataset-facts.tsx'
import { cutOf, tilesUrl } from './tiles.ts'

const labelsAtOnce = 10_000

/** The class of each image of a split, as far as it is read. */
function useLabels(dataset: Dataset, split: SplitName, allowed: boolean): readonly number[] {
  const [labels, setLabels] = useState<readonly number[]>([])
  const count = dataset.splits[split]?.count ?? 0
  useEffect(() => {
    if (!allowed) return
    let live = true
    const read = async () => {
      let all: number[] = []
      for (let start = 0; live && start < count; start += labelsAtOnce) {
        const more = await ask('data.labels', { data: dataset.id, split, start, count: labelsAtOnce }, showFailure)
        if (!more) return
        all = [...all, ...more]
        if (live) setLabels(all)
      }
    }
    void read()
    return () => {
      live = false
      setLabels([])
    }
  }, [dataset.id, split, allowed, count])
  return labels
}

function Covered({ dataset, split }: { readonly dataset: Dataset; readonly split: SplitName }) {
  return (
    <section className="covered">
      <Icon name="eye" size={24} />
      <h2>These images are sensitive</h2>
      <p>
        Looking at them reads the data without noise. That costs no budget, but nothing you learn this way is private,
        and a method tuned by eye is not covered by its ε.
      </p>
      <Button onClick={() => void showImages(dataset.id, split)}>Show the images</Button>
      <p className="plum">This is noted in the ledger, once until Lethe is started again.</p>
    </section>
  )
}

interface ChosenProps {
  readonly dataset: Dataset
  readonly split: SplitName
  readonly index: number
  readonly label: number | null
  readonly caption: string
}

/** The chosen image at a size at which its pixels can be seen. */
function Chosen({ dataset, split, index, label, caption }: ChosenProps) {
  const { height, width } = dataset
  const scale = Math.max(1, Math.floor(224 / Math.max(height, width)))
  const covered = usePage((state) => state.covered) && dataset.sensitive
  return (
    <figure className="chosen-image" style={covered ? { visibility: 'hidden' } : {}}>
      <img
        src={tilesUrl(dataset.id, split, index, { perAtlas: 1, columnsPerAtlas: 1 }, label)}
        width={width * scale}
        height={height * scale}
        alt={`Image ${index + 1}, class ${caption}`}
      />
      <figcaption>
        <strong>{caption || '\u00a0'}</strong>
        <span className="faint">
          Number <span className="number">{formatCount(index + 1)}</span>{' '}
          {label === null ? `of ${split}` : 'of its class'}
        </span>
      </figcaption>
    </figure>
  )
}

const everyClass = 'all'

export function DatasetImages({ dataset }: { readonly dataset: Dataset }) {
  const splits = splitsOf(dataset)
  const [split, setSplit] = useState<SplitName>(splits[0] ?? 'train')
  const [chosenClass, setChosenClass] = useState<string>(everyClass)
  const [selected, setSelected] = useState<number | null>(null)
  const served = useData((state) => state.shown[dataset.id]?.includes(split) ?? false)
  const allowed = !dataset.sensitive || served
  const labels = useLabels(dataset, split, allowed)
  const { id, classNames, height, width } = dataset
  const counts = dataset.splits[split]?.classCounts ?? []
  const label = chosenClass === everyClass ? null : Number(chosenClass)
  const count = label === null ? (dataset.splits[split]?.count ?? 0) : (counts[label] ?? 0)
  const cut = cutOf(dataset)
  const captionOf = (index: number) => classNames[label ?? labels[index] ?? -1] ?? ''
  const change = (next: { split?: SplitName; chosenClass?: string }) => {
    setSelected(null)
    if (next.split) setSplit(next.split)
    if (next.chosenClass) setChosenClass(next.chosenClass)
  }
  return (
    <div className="dataset-images">
      <div className="image-filters">
        <Segmented
          label="Split"
          hideLabel
          value={split}
          onChange={(value) => change({ split: value })}
          options={splits.map((value) => ({ value, label: splitWords[value] }))}
        />
        {classNames.length > 1 && (
          <SelectField
            label="Class"
            value={chosenClass}
            onChange={(value) => change({ chosenClass: value })}
            options={[
              { value: everyClass, label: 'All classes' },
              ...classNames.map((name, index) => ({ value: String(index), label: name })),
            ]}
          />
        )}
        <p className="faint">
          <span className="number">{formatCount(count)}</span> images
        </p>
      </div>
      {allowed ? (
        <div className="image-stage">
          <ImageGrid
            key={`${split} ${chosenClass}`}
            label={`Images of ${dataset.name}, ${split}`}
            count={count}
            tile={{ width, height }}
            perAtlas={cut.perAtlas}
            columnsPerAtlas={cut.columnsPerAtlas}
            atlasUrl={(page) => tilesUrl(id, split, page * cut.perAtlas, cut, label)}
            caption={captionOf}
            selected={selected}
            onSelect={setSelected}
            sensitive={dataset.sensitive}
          />
          {selected !== null && (
            <Chosen {...{ dataset, split, label }} index={selected} caption={captionOf(selected)} />
          )}
        </div>
      ) : (
        <Covered dataset={dataset} split={split} />
      )}
    </div>
  )
}
