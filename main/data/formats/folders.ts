/**
 * A folder of PNG and JPEG pictures: one folder for each class, perhaps below train/ and test/ (see tree.ts).
 * Symbolic links are left out, hidden files skipped, devices and pipes refused.
 */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import { byName, limits, notRegular, onSystem, readWhole, shown, throwIfAborted } from './bytes.ts'
import { tried, warning, type Format, type PictureSource, type Problem, type ReadOptions } from './format.ts'
import { pictureTree, type TreeFile } from './tree.ts'

/** All files below `root`, folder by folder in the order of names. */
async function walk(root: string, problems: Problem[], options: ReadOptions): Promise<TreeFile[]> {
  const files: TreeFile[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    throwIfAborted(options.signal)
    if (depth > limits.depth)
      throw new LetheError(
        'file-too-large',
        `${root}: folders lie more than ${limits.depth} deep at ${shown(folder)}.`,
        'Flatten the folders.',
      )
    const entries = await onSystem(join(root, folder), () => readdir(join(root, folder), { withFileTypes: true }))
    const found = await Promise.all(
      entries
        .filter((entry) => !entry.name.startsWith('.'))
        .sort((a, b) => byName(a.name, b.name))
        .map(async (entry) => ({
          entry,
          size: entry.isFile() ? (await onSystem(entry.name, () => lstat(join(root, folder, entry.name)))).size : 0,
        })),
    )
    for (const { entry, size } of found) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink())
        problems.push(warning(path, 'link-skipped', `${shown(path)} is a symbolic link and is left out.`))
      else if (entry.isDirectory()) await tried(path, problems, () => visit(path, depth + 1))
      else if (!entry.isFile())
        problems.push({
          path,
          code: 'file-unreadable',
          message: notRegular(shown(path), false).message,
          severity: 'error',
        })
      else {
        if (files.length >= limits.files)
          throw new LetheError('file-too-large', `${root}: holds more than ${limits.files} files.`, 'Split it.')
        files.push({
          path,
          size,
          bytes: async (reading) => {
            throwIfAborted(reading?.signal)
            return readWhole(join(root, path), limits.pictureBytes, 'refuse', reading?.most)
          },
        })
      }
    }
  }
  await visit('', 0)
  return files
}

export const folders: Format = {
  id: 'folders',
  title: 'Folders of pictures',
  // The last resort for a folder; opening says what is missing.
  match: (probe) => probe.kind === 'folder' && probe.names.length > 0,
  async open(path, options = {}): Promise<PictureSource> {
    const problems: Problem[] = []
    const { pictures, classNames } = await pictureTree(path, await walk(path, problems, options), problems)
    if (pictures.length === 0 && !problems.some((problem) => problem.severity === 'error')) {
      throw new LetheError(
        'format-unknown',
        `${path}: holds no PNG or JPEG pictures and no other data set that is known.`,
        'Name the folder that holds the data itself.',
      )
    }
    return { kind: 'pictures', format: 'folders', path, problems, pictures, classNames, close: async () => {} }
  },
}
