/** All pictures a run has made, by class; those of a research run say that they are not for release. */
import { useEffect, useState } from 'react'
import type { TilesHeader } from '../../main/contract/calls/runs.ts'
import type { RunSummary } from '../../main/contract/run.ts'
import { readLab, type Failure } from '../app/bridge.ts'
import { formatCount } from '../app/format.ts'
import { Tag } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { SelectField } from '../ui/field.tsx'
import { ImageGrid } from '../viewers/image-grid.tsx'
import { useDetail } from './detail.ts'

/** Undefined while it is read, null where there are none, or why they cannot be shown. `ended` reads anew when the run has finished. */
function useTiles(run: string, label: string, ended: boolean): TilesHeader | Failure | null | undefined {
  const [tiles, setTiles] = useState<TilesHeader | Failure | null>()
  useEffect(() => {
    const stopped = new AbortController()
    const query = label === '' ? '' : `?class=${label}`
    const { signal } = stopped
    let failure: Failure | null = null
    const onFailure = (found: Failure) => (failure = found)
    void readLab(`runs/${encodeURIComponent(run)}/tiles.json${query}`, { signal, onFailure })
      .then<TilesHeader | Failure | null>((answer) => (answer ? (answer.json() as Promise<TilesHeader>) : failure))
      .then(
        (found) => !signal.aborted && setTiles(found),
        () => undefined, // another choice was made meanwhile
      )
    return () => stopped.abort()
  }, [run, label, ended])
  return tiles
}

export function RunImages({ run }: { readonly run: RunSummary }) {
  const [label, setLabel] = useState('')
  const tiles = useTiles(run.id, label, run.state === 'succeeded')
  const plan = useDetail(run.id, 'plan')
  if (tiles === undefined) return null
  if (tiles === null)
    return (
      <EmptyState
        icon="images"
        title="No images yet"
        lead="The synthetic images appear here when the run has made them. Previews are in the overview."
      />
    )
  if ('code' in tiles) {
    const what = tiles.message.replace(`${run.folder}/`, '')
    return <EmptyState icon="images" title="The images cannot be shown" lead={`${what} ${tiles.hint}`} />
  }
  const { count, width, height, perAtlas, columnsPerAtlas, classes, labels } = tiles
  const research = plan?.privacy?.mode === 'research'
  const nameOf = (index: number) => classes.find((one) => one.label === labels[index])?.name ?? ''
  const options = [
    { value: '', label: 'All classes' },
    ...classes.map((one) => ({ value: String(one.label), label: `${one.name} (${formatCount(one.count)})` })),
  ]
  const chosen = label === '' ? '' : `&class=${label}`
  return (
    <div className="run-images">
      <div className="chart-controls">
        {classes.length > 0 && <SelectField label="Class" value={label} options={options} onChange={setLabel} />}
        <span>
          <span className="number">{formatCount(count)}</span> synthetic images
        </span>
        {research && <Tag meaning="sensitive">research: not for release</Tag>}
      </div>
      <ImageGrid
        key={chosen}
        label={research ? 'Synthetic images, not for release' : 'Synthetic images'}
        count={count}
        tile={{ width, height }}
        perAtlas={perAtlas}
        columnsPerAtlas={columnsPerAtlas}
        atlasUrl={(page) =>
          `app://lab/runs/${encodeURIComponent(run.id)}/tiles.png?start=${page * perAtlas}&count=${perAtlas}${chosen}`
        }
        caption={nameOf}
      />
    </div>
  )
}
