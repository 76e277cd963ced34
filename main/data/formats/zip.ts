/**
 * A zip of pictures: that of StyleGAN and DPImageBench (`00000/img00000000.png`, … and `dataset.json`), or class folders
 * packed as they are (see tree.ts). Pictures come in the order of their names. A folder that holds `train….zip` and
 * `test….zip`, as DPImageBench prepares them, is one set of two splits.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LetheError } from '../../contract/errors.ts'
import { isZip, openArchive, type Archive } from './archive.ts'
import { byName, onSystem, shown, throwIfAborted } from './bytes.ts'
import { tried, warning, type Format, type Picture, type PictureSource, type Problem, type Split } from './format.ts'
import { pictureTree, type TreeFile } from './tree.ts'

const allowed = { entries: 1_000_000, ratio: 200 }
const splitName = /^(train|test|val(id(ation)?)?)[^/]*\.zip$/i

async function openOne(path: string): Promise<PictureSource> {
  const archive = await openArchive(path, allowed)
  const problems: Problem[] = []
  try {
    const found = await pictureTree(path, filesOf(archive), problems)
    if (found.pictures.length === 0 && !problems.some((problem) => problem.severity === 'error')) {
      throw new LetheError(
        'format-unknown',
        `${path}: holds no PNG or JPEG pictures.`,
        'Name an archive of pictures, or of NPY arrays.',
      )
    }
    return { kind: 'pictures', format: 'zip', path, problems, ...found, close: archive.close }
  } catch (thrown) {
    await archive.close()
    throw thrown
  }
}

function filesOf(archive: Archive): TreeFile[] {
  return [...archive.entries]
    .sort((a, b) => byName(a.path, b.path))
    .map((entry) => ({
      path: entry.path,
      size: Math.max(entry.size, entry.packed),
      bytes: async (options) => {
        throwIfAborted(options?.signal)
        return archive.bytes(entry, options?.most)
      },
    }))
}

/** Two archives as two splits; classes of the same name are one class. */
function joined(
  path: string,
  sources: readonly { name: string; source: PictureSource }[],
  problems: Problem[],
): PictureSource {
  const numbered = sources.every(
    ({ source }) => source.classNames?.every((name, index) => name === String(index)) ?? true,
  )
  const all = [...new Set(sources.flatMap(({ source }) => source.classNames ?? []))]
  const classNames = numbered ? all : all.sort(byName)
  const pictures = sources.flatMap(({ name, source }) =>
    source.pictures.map((picture): Picture => {
      const split: Split = /^test/i.test(name) ? 'test' : 'train'
      const label = picture.label === null ? null : classNames.indexOf(source.classNames![picture.label]!)
      return { ...picture, path: `${name}/${picture.path}`, split, label }
    }),
  )
  for (const { name, source } of sources)
    problems.push(
      ...source.problems.map((one) => ({ ...one, path: one.path === source.path ? name : `${name}/${one.path}` })),
    )
  const close = async () => {
    for (const { source } of sources) await source.close()
  }
  return {
    kind: 'pictures',
    format: 'zip',
    path,
    problems,
    pictures,
    classNames: classNames.length > 0 ? classNames : null,
    close,
  }
}

export const zip: Format = {
  id: 'zip',
  title: 'Zip of pictures',
  match: (probe) => (probe.kind === 'file' ? isZip(probe.head) : probe.names.some((name) => splitName.test(name))),
  async open(path): Promise<PictureSource> {
    if (!(await onSystem(path, () => stat(path))).isDirectory()) return openOne(path)
    const names = (await onSystem(path, () => readdir(path))).filter((name) => splitName.test(name)).sort(byName)
    const splits = names.map((name) => name.slice(0, 4).toLowerCase())
    if (new Set(splits).size !== splits.length) {
      throw new LetheError(
        'format-unsupported',
        `${path}: holds several archives of one split (${names.join(', ')}).`,
        'Name the archive that is meant.',
      )
    }
    const problems: Problem[] = []
    const sources: { name: string; source: PictureSource }[] = []
    for (const name of names) {
      const source = await tried(name, problems, () => openOne(join(path, name)))
      if (source) sources.push({ name, source })
      if (/^val/i.test(name))
        problems.push(
          warning(name, 'validation-merged', `The pictures in ${shown(name)} are counted as training data.`),
        )
    }
    return joined(path, sources, problems)
  },
}
