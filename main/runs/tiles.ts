/**
 * The pictures a run has made, as pages of a contact sheet for the window. An NPZ is deflated, so that its values are inflated once,
 * off the event loop, and kept while somebody looks; a page is cut from them.
 */
import path from 'node:path'
import type { TilesHeader } from '../contract/calls/runs.ts'
import { LetheError } from '../contract/errors.ts'
import { arrayBytes } from '../data/formats/bytes.ts'
import { openSource } from '../data/formats/index.ts'
import { collect, type NpyArray } from '../data/formats/npy.ts'
import { encodeGrid } from '../data/formats/png.ts'
import type { RunPaths } from './folder.ts'

const keepMs = 60_000

/** A page is made in a few milliseconds: up to 256 pictures in rows of 16, fewer where they are large. */
const valuesPerAtlas = 1 << 20
/** What may be asked for at once, unless it is a single picture. */
const mostValues = 4 << 20
export function cutOf({ height, width, channels }: Pick<Pictures, 'height' | 'width' | 'channels'>) {
  const perAtlas = Math.max(1, Math.min(256, Math.floor(valuesPerAtlas / (height * width * channels))))
  return { perAtlas, columnsPerAtlas: Math.min(16, perAtlas) }
}

/** Bytes held for somebody who looks. An NPZ of a few megabytes can inflate to a thousand times as much. */
const mostBytes = 2 ** 30

interface Pictures {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly values: Uint8Array
  readonly labels: ArrayLike<number>
  /** Places of the pictures of each class, in order. */
  readonly classes: ReadonlyMap<number, Uint32Array>
}

export interface Tiles {
  /** Null where the run has made none. Errors: those of reading the file. */
  header(paths: RunPaths, label: number | null, nameOf: (label: number) => string): Promise<TilesHeader | null>
  /** PNG of `count` pictures from `start`, as many as a page holds by default, of one class or all. Null outside what there is. */
  page(paths: RunPaths, label: number | null, start: number, count: number | null): Promise<Uint8Array | null>
}

export function openTiles(most = mostBytes): Tiles {
  let kept: { readonly run: string; readonly pictures: Promise<Pictures | null> } | null = null
  let timer: NodeJS.Timeout | undefined

  /** The run looked at last; its memory is given back a minute after the last look. */
  function picturesOf(paths: RunPaths): Promise<Pictures | null> {
    if (kept?.run !== paths.id) {
      const mine = { run: paths.id, pictures: readPictures(path.join(paths.artifacts, 'synthetic.npz'), most) }
      kept = mine
      // A file that is not there yet, or broken, is looked at again next time.
      const forget = () => {
        if (kept === mine) kept = null
      }
      mine.pictures.then((pictures) => pictures ?? forget(), forget)
    }
    clearTimeout(timer)
    timer = setTimeout(() => (kept = null), keepMs)
    timer.unref()
    return kept.pictures
  }

  return {
    async header(paths, label, nameOf) {
      const pictures = await picturesOf(paths)
      if (!pictures) return null
      const { width, height, classes, labels } = pictures
      const places = placesOf(pictures, label)
      return {
        ...{ count: places?.length ?? pictures.count, width, height, ...cutOf(pictures) },
        classes: [...classes].map(([one, { length }]) => ({ label: one, name: nameOf(one), count: length })),
        labels: places ? Array.from(places, (place) => labels[place]!) : Array.from(labels),
      }
    },
    async page(paths, label, start, count) {
      const pictures = await picturesOf(paths)
      if (!pictures) return null
      const { height, width, channels, values } = pictures
      const places = placesOf(pictures, label)
      const { perAtlas, columnsPerAtlas } = cutOf(pictures)
      const end = Math.min(start + (count ?? perAtlas), places?.length ?? pictures.count)
      const size = height * width * channels
      if (start >= end || (end - start > 1 && (end - start) * size > mostValues)) return null
      const chosen = new Uint8Array((end - start) * size)
      for (let index = start; index < end; index++) {
        const place = places ? places[index]! : index
        chosen.set(values.subarray(place * size, (place + 1) * size), (index - start) * size)
      }
      return encodeGrid(chosen, { count: end - start, height, width, channels }, { columns: columnsPerAtlas, level: 1 })
    },
  }
}

const placesOf = ({ classes }: Pictures, label: number | null): Uint32Array | null =>
  label === null ? null : (classes.get(label) ?? new Uint32Array(0))

/** Errors: `file-too-large`, before anything is inflated. */
async function readPictures(file: string, most: number): Promise<Pictures | null> {
  const source = await openSource(file, { as: 'npz' }).catch((error: unknown) => {
    if (error instanceof LetheError && error.code === 'file-missing') return null
    throw error
  })
  if (source?.kind !== 'arrays') return null
  try {
    const [images, labels] = ['images', 'labels'].map((name) => source.parts.find((part) => part.path === name))
    const [count = 0, height = 0, width = 0, channels = 0] = images?.shape ?? []
    if (!images || images.dtype !== 'uint8' || (channels !== 1 && channels !== 3)) return null
    const bytes = [images, ...(labels ? [labels] : [])].reduce(
      (sum, { shape, dtype }) => sum + arrayBytes(file, shape, dtype),
      0,
    )
    if (bytes > most)
      throw new LetheError(
        'file-too-large',
        `${file} would inflate to ${bytes} bytes; up to ${most} are shown here.`,
        'Look at it with a tool of your own, or make a run with fewer or smaller images.',
      )
    const values = (await collect(images)).data as Uint8Array
    const classOf = labels ? await collect(labels) : null
    return { count, height, width, channels, values, ...classesOf(classOf) }
  } finally {
    await source.close()
  }
}

function classesOf(labels: NpyArray | null): Pick<Pictures, 'labels' | 'classes'> {
  const values = (labels?.data ?? new Uint8Array(0)) as ArrayLike<number>
  const places = new Map<number, number[]>()
  for (let index = 0; index < values.length; index++) {
    const label = Number(values[index])
    const of = places.get(label)
    if (of) of.push(index)
    else places.set(label, [index])
  }
  const sorted = [...places].sort(([a], [b]) => a - b)
  return { labels: values, classes: new Map(sorted.map(([label, of]) => [label, Uint32Array.from(of)])) }
}
