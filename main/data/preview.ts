/** A look before import: what a source is, what would become of it, a few of its pictures. Copies nothing. */
import { LetheError, toErrorRecord, type ErrorRecord } from '../contract/errors.ts'
import type { SplitName } from '../contract/dataset.ts'
import { takeTurns } from '../files/turns.ts'
import { shown, throwIfAborted } from './formats/bytes.ts'
import type { PictureSource, ReadOptions } from './formats/format.ts'
import { formats, openSource } from './formats/index.ts'
import { decodePicture } from './formats/picture.ts'
import { openImageSet, reduced, tiles, type ImageSet, type Tile } from './image-set.ts'
import { mixedLabels, splitCounts, tooFew } from './import.ts'
import { inspect, type Inspection } from './inspect.ts'

/** What an import would make of the source. */
export interface Prospect {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly classNames: readonly string[]
  readonly splits: Record<SplitName, number>
  readonly hasTestSet: boolean
}

export interface PreviewTile extends Pick<Tile, 'height' | 'width' | 'channels' | 'pixels'> {
  readonly caption: string
}

export interface Preview {
  readonly found: Inspection
  readonly formatTitle: string
  readonly prospect: Prospect | null
  /** Why it cannot be imported. */
  readonly refusal: ErrorRecord | null
  readonly tiles: readonly PreviewTile[]
}

interface PreviewOptions extends ReadOptions {
  readonly as?: string | undefined
  readonly count?: number
  readonly onProgress?: (done: number, total: number) => void
}

const side = 96

/** Broken sources are described, not thrown. Errors: `cancelled`, and `usage` for an unknown `as`. */
export async function preview(path: string, options: PreviewOptions = {}): Promise<Preview> {
  const { as, signal, count = 24, onProgress } = options
  const reading = { as, signal }
  const found = await inspect(path, { ...reading, limit: 0, summary: true, ...(onProgress ? { onProgress } : {}) })
  throwIfAborted(signal)
  const formatTitle = formats.find((format) => format.id === found.format)?.title ?? 'Not recognised'
  const pictures = (await settle(() => picturesOf(path, count, reading))).value
  const outcome: Settled<Seen> = found.error
    ? { value: null, error: found.error }
    : await settle(() => {
        if (pictures?.mixed) throw mixedLabels(path)
        return prospectOf(path, count, reading)
      })
  return {
    found,
    formatTitle,
    prospect: outcome.value?.made ?? null,
    refusal: outcome.error,
    tiles: pictures?.tiles ?? outcome.value?.tiles ?? [],
  }
}

type Settled<Value> =
  { readonly value: Value; readonly error: null } | { readonly value: null; readonly error: ErrorRecord }

/** The value, or the error as a record. Cancelling is thrown. */
async function settle<Value>(work: () => Promise<Value>): Promise<Settled<Value>> {
  try {
    return { value: await work(), error: null }
  } catch (error) {
    if (error instanceof LetheError && error.code === 'cancelled') throw error
    return { value: null, error: toErrorRecord(error) }
  }
}

interface Seen {
  readonly made: Prospect
  readonly tiles: PreviewTile[]
}

/** What an import would do, and pictures out of arrays. Throws what an import would throw. */
async function prospectOf(path: string, count: number, options: PreviewOptions): Promise<Seen> {
  const set = await openImageSet(path, options)
  try {
    const total = set.splits.reduce((sum, split) => sum + split.count, 0)
    const splits = splitCounts(set.splits)
    if (Object.values(splits).some((size) => size === 0)) throw tooFew(path, total)
    const { height, width, channels } = set
    const classNames = set.classes === 0 ? ['unlabelled'] : set.classNames
    const hasTestSet = set.splits.some((split) => split.name === 'test')
    return {
      made: { height, width, channels, classNames, splits, hasTestSet },
      tiles: await arrayTiles(set, count, options),
    }
  } finally {
    await set.close()
  }
}

async function arrayTiles(set: ImageSet, count: number, options: ReadOptions): Promise<PreviewTile[]> {
  if (['folders', 'zip', 'png', 'jpeg'].includes(set.format)) return []
  const found = await tiles(set, count, { ...options, side })
  return found.map((tile) => ({ ...tile, caption: tile.label < 0 ? tile.split : (set.classNames[tile.label] ?? '') }))
}

interface Pictures {
  readonly tiles: PreviewTile[]
  /** Some have a label and some have none. */
  readonly mixed: boolean
}

/** Evenly spaced pictures of a folder or archive, decoded alone; null for arrays. Broken ones are passed over. */
async function picturesOf(path: string, count: number, options: PreviewOptions): Promise<Pictures | null> {
  const source = await openSource(path, options)
  try {
    if (source.kind !== 'pictures') return null
    const all = source.pictures
    const mixed = source.classNames !== null && all.some((picture) => picture.label === null)
    const wanted = Math.min(count, all.length)
    const made: PreviewTile[] = []
    const turn = takeTurns()
    for (let index = 0; index < wanted; index++) {
      throwIfAborted(options.signal)
      const picture = all[Math.floor((index * all.length) / wanted)]!
      const tile = await pictureTile(source, picture, options).catch((error: unknown) => {
        if (error instanceof LetheError && error.code !== 'cancelled') return null
        throw error
      })
      if (tile) made.push(tile)
      await turn()
    }
    return { tiles: made, mixed }
  } finally {
    await source.close()
  }
}

async function pictureTile(
  { classNames }: PictureSource,
  picture: PictureSource['pictures'][number],
  options: ReadOptions,
): Promise<PreviewTile> {
  const { height, width, channels, depth, values } = decodePicture(picture.path, await picture.bytes(options))
  const pixels = depth === 16 ? Uint8Array.from(values, (value) => value >> 8) : (values as Uint8Array)
  const caption = picture.label === null ? shown(picture.path) : (classNames?.[picture.label] ?? String(picture.label))
  return { ...reduced({ height, width, channels, pixels }, side), caption }
}
