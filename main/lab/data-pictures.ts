/**
 * The images of a data set and of a source before import, for the window. Looking at sensitive images is a read without noise:
 * they are served only once it is noted in the ledger, and it is noted once for each split and start of the lab.
 */
import type { SplitName } from '../contract/dataset.ts'
import { splitNameSchema } from '../contract/dataset.ts'
import { LetheError } from '../contract/errors.ts'
import { readDataset } from '../data/catalogue.ts'
import { encodePng } from '../data/formats/png.ts'
import type { PreviewTile } from '../data/preview.ts'
import { splitOf } from '../data/stored.ts'
import { makeTiles } from '../data/tiles.ts'
import { appendLedger, ledgerOf } from '../privacy/ledger.ts'
import type { LabContext, Resource } from './context.ts'

/** Previews whose pictures are kept, by the name of the task that made them. */
const keptPreviews = 4

/** In the ledger in place of a run. */
const reader = 'window'

export function picturesPart({ project }: LabContext) {
  const tiles = makeTiles(project)
  const previews = new Map<string, readonly PreviewTile[]>()
  const shown = new Map<string, Promise<unknown>>()
  const keyOf = (data: string, split: SplitName): string => `${data}/${split}`

  /** Errors: those of the ledger; nothing is shown then. */
  const show = async (data: string, split: SplitName): Promise<{ noted: boolean }> => {
    const dataset = await readDataset(project, data)
    splitOf(dataset, split)
    if (!dataset.sensitive) return { noted: false }
    const key = keyOf(data, split)
    const before = shown.get(key)
    const entry =
      before ??
      appendLedger(ledgerOf(project, data), {
        kind: 'read',
        run: reader,
        what: 'images shown in the window',
        split,
      })
    shown.set(key, entry)
    try {
      await entry
    } catch (error) {
      shown.delete(key)
      throw error
    }
    return { noted: before === undefined }
  }

  const mayShow = async (data: string, split: SplitName) => {
    const dataset = await readDataset(project, data)
    if (!dataset.sensitive) return dataset
    const entry = shown.get(keyOf(data, split))
    if (!entry)
      throw new LetheError(
        'usage',
        `The ${split} images of ${data} are sensitive, and looking at them was not noted yet.`,
        'Show them on the screen of the data set first.',
      )
    await entry
    return dataset
  }

  return {
    show,
    shownSplits: (data: string): SplitName[] =>
      splitNameSchema.options.filter((split) => shown.has(keyOf(data, split))),
    labels: async (data: string, split: SplitName, start: number, count: number): Promise<number[]> =>
      tiles.labels(await mayShow(data, split), split, start, count),
    keepPreview(task: string, pictures: readonly PreviewTile[]): void {
      previews.set(task, pictures)
      if (previews.size > keptPreviews) previews.delete(previews.keys().next().value!)
    },
    /** `previews/TASK/INDEX.png` and `ID/tiles.png?split=&start=&count=&columns=&class=`. Null for anything else. Errors: `usage` before `show`. */
    async resource(place: string, query: URLSearchParams): Promise<Resource | null> {
      const preview = /^previews\/([\w-]{1,64})\/(\d{1,3})\.png$/.exec(place)
      if (preview) {
        const tile = previews.get(preview[1]!)?.[Number(preview[2])]
        return tile ? { bytes: encodePng({ ...tile, values: tile.pixels }), type: 'image/png' } : null
      }
      const data = /^([\w-]{1,64})\/tiles\.png$/.exec(place)?.[1]
      const split = splitNameSchema.safeParse(query.get('split'))
      if (!data || !split.success) return null
      const whole = (name: string, otherwise: number | undefined): number | undefined => {
        const text = query.get(name)
        return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise
      }
      const count = whole('count', 100)!
      const bytes = await tiles.atlas(await mayShow(data, split.data), {
        split: split.data,
        start: whole('start', 0)!,
        count,
        columns: whole('columns', Math.min(10, count))!,
        label: whole('class', undefined),
      })
      return bytes && { bytes, type: 'image/png' }
    },
  }
}
