/**
 * What a tree of files, from a folder or an archive, means as a labelled picture set:
 *   dataset.json        {"labels": [[file, class], …]} or {"labels": null}, the convention of StyleGAN and DPImageBench
 *   class folders       <class>/*; classes sorted by name are numbered from 0
 *   split folders       train/… and test/… above either kind of picture; a validation split counts as training data
 *   pictures alone      no labels
 */
import { LetheError } from '../../contract/errors.ts'
import { byName, fileName, limits, malformed, shown } from './bytes.ts'
import { tried, warning, type Picture, type Problem, type ReadOptions, type Split } from './format.ts'
import { isPicture } from './picture.ts'

export interface TreeFile {
  /** With `/`, relative to the root. */
  readonly path: string
  readonly size: number
  bytes(options?: ReadOptions & { readonly most?: number }): Promise<Uint8Array>
}

const splitFolders: Record<string, Split> = {
  train: 'train',
  test: 'test',
  val: 'train',
  valid: 'train',
  validation: 'train',
}
const pictureName = /\.(png|jpe?g)$/i
const otherPictureName = /\.(gif|bmp|webp|tiff?|avif|heic|jp2)$/i
const labelFile = 'dataset.json'

/** Pictures in the order of `files`, with their labels. Adds to `problems` what is broken or left out. */
export async function pictureTree(
  root: string,
  files: readonly TreeFile[],
  problems: Problem[],
): Promise<{ pictures: Picture[]; classNames: string[] | null }> {
  const found: TreeFile[] = []
  const others: string[] = []
  let labelling: TreeFile | undefined
  for (const file of files) {
    const names = file.path.split('/')
    if (names.some((name) => name.startsWith('.') || name === '__MACOSX')) continue
    if (file.path === labelFile) labelling = file
    else if (pictureName.test(file.path)) found.push(file)
    else if (await tried(file.path, problems, async () => isPicture(await file.bytes({ most: 8 })))) found.push(file)
    else if (otherPictureName.test(file.path)) {
      problems.push({
        path: file.path,
        code: 'format-unsupported',
        message: `${shown(file.path)}: only PNG and JPEG pictures are read.`,
        severity: 'error',
      })
    } else others.push(file.path)
  }
  if (others.length > 0) {
    const some = others.slice(0, 3).map(shown).join(', ')
    problems.push(
      warning(
        root,
        'other-files',
        `${others.length === 1 ? '1 file that is no picture is' : `${others.length} files that are no pictures are`} left out: ${some}${others.length > 3 ? ', …' : ''}.`,
      ),
    )
  }
  if (labelling) {
    const labels = await tried(labelFile, problems, () => readLabels(root, labelling, found, problems))
    return withLabels(found, labels ?? null, problems)
  }
  return withFolders(root, found, problems)
}

// ---- dataset.json ------------------------------------------------------------------------------------------------

async function readLabels(
  root: string,
  file: TreeFile,
  pictures: readonly TreeFile[],
  problems: Problem[],
): Promise<Map<string, number> | null> {
  const name = `${fileName(root)}: ${labelFile}`
  if (file.size > limits.pictureBytes)
    throw new LetheError('file-too-large', `${name}: is ${file.size} bytes long.`, 'Split the set.')
  let json: unknown
  try {
    json = JSON.parse(
      Buffer.from(await file.bytes())
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    )
  } catch (thrown) {
    if (thrown instanceof LetheError) throw thrown
    throw malformed(name, `is not JSON (${shown((thrown as Error).message)}).`)
  }
  const labels: unknown = typeof json === 'object' && json !== null ? (json as { labels?: unknown }).labels : undefined
  if (labels === null) {
    problems.push(warning(labelFile, 'labels-null', 'The labels are null: the pictures are taken without labels.'))
    return null
  }
  if (!Array.isArray(labels)) throw malformed(name, 'has no list of labels; expected {"labels": [[file, class], …]}.')
  const known = new Set(pictures.map((picture) => picture.path))
  const byPath = new Map<string, number>()
  let nulls = 0
  for (const [place, entry] of (labels as unknown[]).entries()) {
    const [path, label] = Array.isArray(entry) && entry.length === 2 ? (entry as [unknown, unknown]) : []
    if (typeof path !== 'string') throw malformed(name, `label ${place} is not a pair of a file and a class.`)
    if (Array.isArray(label))
      throw new LetheError(
        'format-unsupported',
        `${name}: the label of ${shown(path)} is a vector.`,
        'Give each picture one class number.',
      )
    if (label !== null && !(Number.isInteger(label) && (label as number) >= 0 && (label as number) <= 9_999)) {
      throw malformed(
        name,
        `the label of ${shown(path)} is ${shown(JSON.stringify(label) ?? 'missing')}; expected a class number from 0 to 9999.`,
      )
    }
    if (byPath.has(path)) throw malformed(name, `labels ${shown(path)} twice.`)
    if (!known.has(path)) throw malformed(name, `labels ${shown(path)}, which is not there.`)
    byPath.set(path, label === null ? -1 : (label as number))
    if (label === null) nulls++
  }
  if (nulls > 0)
    problems.push(
      warning(labelFile, 'labels-null', `${nulls} labels are null: those pictures are taken without a label.`),
    )
  return byPath
}

function withLabels(files: readonly TreeFile[], labels: ReadonlyMap<string, number> | null, problems: Problem[]) {
  let classes = 0
  let missing = 0
  const pictures = files.map((file): Picture => {
    const label = labels?.get(file.path)
    if (labels && label === undefined) missing++
    if (label !== undefined && label >= classes) classes = label + 1
    return {
      path: file.path,
      split: 'train',
      label: label === undefined || label < 0 ? null : label,
      size: file.size,
      bytes: (options) => file.bytes(options),
    }
  })
  if (missing > 0) problems.push(warning(labelFile, 'label-missing', `${missing} pictures have no label.`))
  return { pictures, classNames: classes > 0 ? Array.from({ length: classes }, (_, index) => String(index)) : null }
}

// ---- folders -----------------------------------------------------------------------------------------------------

function withFolders(root: string, files: readonly TreeFile[], problems: Problem[]) {
  let paths = files.map((file) => file.path.split('/'))
  // A folder packed whole lies inside one of its own name.
  while (
    paths.length > 0 &&
    paths.every((path) => path.length >= 3 && path[0] === paths[0]![0]) &&
    !splitFolders[paths[0]![0]!.toLowerCase()]
  ) {
    paths = paths.map((path) => path.slice(1))
  }
  const inSplits =
    paths.length > 0 && paths.every((path) => path.length >= 2 && splitFolders[path[0]!.toLowerCase()] !== undefined)
  const splitNames = inSplits ? [...new Set(paths.map((path) => path[0]!))] : []
  for (const name of splitNames.filter((one) => /^val/i.test(one))) {
    problems.push(warning(name, 'validation-merged', `The pictures in ${shown(name)} are counted as training data.`))
  }
  const inside = inSplits ? paths.map((path) => path.slice(1)) : paths
  // Folders of numbered pictures, as in StyleGAN's archives, are not classes.
  const numbered = inside.every((path) => path.length === 2 && /^\d{5}$/.test(path[0]!) && /^img\d{8}\./.test(path[1]!))
  const names = numbered
    ? []
    : [...new Set(inside.filter((path) => path.length >= 2).map((path) => path[0]!))].sort(byName)
  const labelOf = new Map(names.map((name, index) => [name, index]))
  const pictures: Picture[] = []
  let stray = 0
  files.forEach((file, i) => {
    const label = inside[i]!.length >= 2 ? (labelOf.get(inside[i]![0]!) ?? null) : null
    if (label === null && names.length > 0) {
      stray++
      return
    }
    const split = inSplits ? splitFolders[paths[i]![0]!.toLowerCase()]! : 'train'
    pictures.push({ path: file.path, split, label, size: file.size, bytes: (options) => file.bytes(options) })
  })
  if (stray > 0)
    problems.push(warning(root, 'label-missing', `${stray} pictures beside the class folders are left out.`))
  return { pictures, classNames: names.length > 0 ? names : null }
}
