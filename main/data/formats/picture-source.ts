/** A file that is one picture, as a source. */
import { limits, openRegular, readWhole } from './bytes.ts'
import type { PictureSource } from './format.ts'

export async function singlePicture(format: 'png' | 'jpeg', path: string, name: string): Promise<PictureSource> {
  const { handle, size } = await openRegular(path)
  await handle.close()
  const picture = {
    path: name,
    split: 'train',
    label: null,
    size,
    bytes: () => readWhole(path, limits.pictureBytes),
  } as const
  return { kind: 'pictures', format, path, problems: [], pictures: [picture], classNames: null, close: async () => {} }
}
