/** Pictures of a stored data set for the window: many small images in one PNG, and their classes. */
import type { Dataset, SplitName } from '../contract/dataset.ts'
import { encodeGrid } from './formats/png.ts'
import { pixelsOf, readImages, readLabels, splitOf } from './stored.ts'

export interface AtlasRequest {
  readonly split: SplitName
  /** Place of the first image: in the split, or among those of `label` where that is given. */
  readonly start: number
  readonly count: number
  readonly columns: number
  readonly label?: number | undefined
}

/** Values of one atlas, at most: it is made in a few milliseconds. */
const mostValues = 4 << 20
const keptBytes = 32 << 20
const keptSplits = 6

interface Labelled {
  readonly labels: Uint8Array | Uint16Array
  /** Places of the classes that were asked for. */
  readonly byLabel: Map<number, Uint32Array>
}

export function makeTiles(project: string) {
  const atlases = new Map<string, Buffer>()
  let atlasBytes = 0
  const splits = new Map<string, Promise<Labelled>>()

  /** The labels of a split and, for those asked for, the places of one class. */
  const labelled = (dataset: Dataset, split: SplitName): Promise<Labelled> => {
    const key = `${dataset.id} ${split} ${splitOf(dataset, split).labelsSha256}`
    const read = async (): Promise<Labelled> => ({
      labels: await readLabels(project, dataset, split),
      byLabel: new Map(),
    })
    const found = touch(splits, key, splits.get(key) ?? read())
    found.catch(() => splits.delete(key))
    if (splits.size > keptSplits) splits.delete(splits.keys().next().value!)
    return found
  }

  const placesOf = async (dataset: Dataset, { split, start, count, label }: AtlasRequest): Promise<Uint32Array> => {
    if (label === undefined) {
      const end = Math.min(splitOf(dataset, split).count, start + count)
      return Uint32Array.from({ length: Math.max(0, end - start) }, (_, index) => start + index)
    }
    const { labels, byLabel } = await labelled(dataset, split)
    let places = byLabel.get(label)
    if (!places) {
      const found: number[] = []
      labels.forEach((one: number, place: number) => one === label && found.push(place))
      byLabel.set(label, (places = Uint32Array.from(found)))
    }
    return places.subarray(start, start + count)
  }

  return {
    /** The atlas as PNG, tiles row by row without gaps; null where nothing is there or too much was asked for. */
    async atlas(dataset: Dataset, request: AtlasRequest): Promise<Buffer | null> {
      const { split, start, count, columns, label } = request
      if (count < 1 || columns < 1 || columns > count || count * pixelsOf(dataset) > mostValues) return null
      const key = [dataset.id, splitOf(dataset, split).imagesSha256, start, count, columns, label ?? ''].join(' ')
      const kept = atlases.get(key)
      if (kept) return touch(atlases, key, kept)
      const places = await placesOf(dataset, request)
      if (places.length === 0) return null
      const { height, width } = dataset
      const images = await readImages(project, dataset, split, places)
      const size = { count: places.length, height, width, channels: dataset.channels as 1 | 3 }
      const made = encodeGrid(images, size, { columns, level: 1 })
      atlases.set(key, made)
      atlasBytes += made.length
      for (const [old, bytes] of atlases) {
        if (atlasBytes <= keptBytes) break
        atlases.delete(old)
        atlasBytes -= bytes.length
      }
      return made
    },
    async labels(dataset: Dataset, split: SplitName, start: number, count: number): Promise<number[]> {
      return [...(await labelled(dataset, split)).labels.subarray(start, start + count)]
    },
  }
}

/** Makes it the newest of its map. */
function touch<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  map.delete(key)
  map.set(key, value)
  return value
}
