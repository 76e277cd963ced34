/** How the images of a data set are cut into atlases for the grid, and where the lab serves them. */
import type { Dataset, SplitName } from '../../main/contract/dataset.ts'

/** Values of one atlas, about: a few milliseconds to make and to decode. */
const valuesPerAtlas = 400_000

export interface Cut {
  readonly perAtlas: number
  readonly columnsPerAtlas: number
}

export function cutOf({ height, width, channels }: Pick<Dataset, 'height' | 'width' | 'channels'>): Cut {
  const perAtlas = Math.max(1, Math.min(100, Math.floor(valuesPerAtlas / (height * width * channels))))
  return { perAtlas, columnsPerAtlas: Math.min(10, perAtlas) }
}

/** The address of images `start` … of a split, or of one class of it. */
export function tilesUrl(
  data: string,
  split: SplitName,
  start: number,
  { perAtlas, columnsPerAtlas }: Cut,
  label: number | null,
): string {
  const chosen = label === null ? '' : `&class=${label}`
  return `app://lab/data/${data}/tiles.png?split=${split}&start=${start}&count=${perAtlas}&columns=${columnsPerAtlas}${chosen}`
}
