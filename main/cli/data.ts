import { z } from 'zod'
import { relationSchema } from '../contract/privacy.ts'
import type { TrajectorySet } from '../contract/trajectories.ts'
import { LetheError } from '../contract/errors.ts'
import type { ReadOptions } from '../data/formats/format.ts'
import { neededColumns } from '../data/formats/transitions.ts'
import { inspect, type Inspection } from '../data/inspect.ts'
import { inspectTrajectories } from '../lab/trajectory-inspection.ts'
import { parseWith } from '../files/atomic.ts'
import { roundDown, roundUp } from '../privacy/compose.ts'
import { usage, type Command } from './command.ts'
import { duration, table } from './bar.ts'

const inspectCommand: Command = {
  name: 'data inspect',
  summary: 'What a file or folder is, before import',
  positionals: 'PATH',
  options: {
    as: {
      type: 'string',
      help: 'the format, where the bytes do not tell (idx, cifar10, folders, zip, npy, d4rl, minari …)',
    },
    limit: { type: 'string', help: 'how many parts to list (default 1000)' },
  },
  example: 'data inspect photos.zip --json',
  async run({ words, signal }) {
    const path = words.first
    const limit = words.number('limit')
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
      throw usage(this, '--limit expects a whole number.')
    const as = words.text('as')
    const found = await asImported(await inspect(path, { as, limit, signal }), { as, signal })
    const lines = [
      `${path}: ${found.format ?? 'of unknown format'}, ${found.items ?? 'unknown'} items, ${found.dtype ?? 'mixed types'}${found.shape ? ` ${found.shape.join(' × ')}` : ''}`,
    ]
    if (found.classes) lines.push(`classes  ${found.classes}`)
    if (found.range) lines.push(`values   ${found.range[0]} to ${found.range[1]}, mean ${found.mean}`)
    if (found.sha256) lines.push(`sha256   ${found.sha256}`)
    for (const problem of found.problems)
      lines.push(`${problem.severity === 'error' ? 'Broken' : 'Note'}   ${problem.message}`)
    return { document: found, text: lines.join('\n'), ok: !found.error }
  },
}

/** Trajectories are held to the rules of their import, which reads them again: what it would refuse is broken. */
async function asImported(found: Inspection, options: ReadOptions & { as: string | undefined }): Promise<Inspection> {
  if (found.error || !['d4rl', 'minari', 'npz'].includes(found.format ?? '')) return found
  const refusal = (await inspectTrajectories(found.path, { ...options, onProgress: () => undefined }))?.refusal
  if (!refusal) return found
  const problem = { path: found.path, ...refusal, severity: 'error' as const }
  return { ...found, problems: [...found.problems, problem], error: refusal }
}

const importCommand: Command = {
  name: 'data import',
  summary: 'Copy images into the project, split them and open their privacy ledger; or copy trajectories',
  positionals: 'PATH',
  options: {
    name: { type: 'string', help: 'the name of the data set' },
    as: { type: 'string', help: 'the format, where the bytes do not tell' },
    sensitive: { type: 'boolean', help: 'the images are about people or secrets (default)' },
    public: { type: 'boolean', help: 'the images may be shown to anyone' },
    relation: { type: 'string', help: 'neighbouring data sets: add-remove (default) or replace-one' },
    budget: { type: 'string', help: 'the epsilon this data may spend in its life (default 10)' },
    delta: { type: 'string', help: 'delta (default 1 / (N ln N))' },
    unit: { type: 'string', help: 'who or what is protected (default: one image)' },
    licence: { type: 'string', help: 'the licence of the data' },
    environment: {
      type: 'string',
      help: 'trajectories: hopper, halfcheetah or walker2d, where the file does not tell',
    },
  },
  example: 'data import scans/ --name "Chest scans" --sensitive --budget 4',
  async run({ words, signal, lab, say }) {
    const path = words.first
    const name = words.required('name')
    if (words.flag('sensitive') && words.flag('public')) throw usage(this, 'Choose one of --sensitive and --public.')
    const budget = words.number('budget')
    const delta = words.number('delta')
    if (budget !== undefined && budget <= 0) throw usage(this, '--budget must be above 0.')
    if (delta !== undefined && !(delta > 0 && delta < 1)) throw usage(this, '--delta must lie between 0 and 1.')
    const relation = parseWith(relationSchema.optional(), words.text('relation'), '--relation', 'usage')
    const opened = await lab()
    let shown = 0
    const onProgress = (done: number, total: number): void => {
      const percent = Math.floor((100 * done) / total)
      if (percent >= shown + 10) say(`Importing ${(shown = percent)} %`)
    }
    const task = parseWith(
      z.enum(['hopper', 'halfcheetah', 'walker2d']).optional(),
      words.text('environment'),
      '--environment',
      'usage',
    )
    const shared = {
      path,
      name,
      as: words.text('as'),
      sensitive: !words.flag('public'),
      licence: words.text('licence'),
      signal,
      onProgress,
    }
    const trajectories = await opened.importTrajectories({ ...shared, task })
    if (trajectories) return { document: { dataset: trajectories }, text: trajectoryText(trajectories) }
    if (task)
      throw new LetheError(
        'file-malformed',
        `${path}: holds no trajectories, for which --environment is: of ${neededColumns.join(', ')} there is at most one.`,
        'Give D4RL’s HDF5, an NPZ file with these arrays, or a Minari folder; for images leave --environment out.',
      )
    const dataset = await opened.importData({
      ...shared,
      relation,
      budget,
      delta,
      privacyUnit: words.text('unit'),
    })
    const counts = Object.entries(dataset.splits).map(([name, split]) => `${name} ${split?.count}`)
    return {
      document: { dataset },
      text: `${dataset.id}: ${counts.join(', ')}; budget epsilon ${dataset.budget}, delta ${dataset.delta}`,
    }
  },
}

const listCommand: Command = {
  name: 'data list',
  summary: 'The data sets of the project',
  positionals: '',
  options: {},
  example: 'data list',
  async run({ lab }) {
    const opened = await lab()
    const datasets = await opened.listData()
    const rows = datasets.map((set) => [
      set.id,
      `${set.splits.train?.count ?? 0} train`,
      `${set.height}×${set.width}×${set.channels}`,
      `${set.classNames.length} classes`,
      set.sensitive ? 'sensitive' : 'public',
    ])
    const damaged = await opened.damagedData()
    for (const { id, found, hint } of damaged) rows.push([id, 'damaged', found, hint])
    const trajectories = await opened.listTrajectories()
    for (const set of trajectories)
      rows.push([
        set.id,
        `${set.episodes} episodes`,
        `${set.steps} steps`,
        set.environment.task ?? 'no simulator',
        set.sensitive ? 'sensitive' : 'public',
      ])
    return {
      document: { datasets: [...datasets, ...trajectories], ...(damaged.length > 0 && { damaged }) },
      text:
        rows.length > 0
          ? table(rows)
          : 'No data yet. `lethe data import PATH --name NAME` brings some in; `lethe demo` uses MNIST.',
    }
  },
}

const showCommand: Command = {
  name: 'data show',
  summary: 'One data set and what is left of its budget',
  positionals: 'ID',
  options: {},
  example: 'data show mnist',
  async run({ words, lab }) {
    const opened = await lab()
    if (await opened.holdsTrajectories(words.first)) {
      const dataset = await opened.showTrajectories(words.first)
      return { document: { dataset }, text: trajectoryText(dataset) }
    }
    const dataset = await opened.showData(words.first)
    const { summary } = await opened.ledger(dataset.id)
    const text = [
      `${dataset.name} (${dataset.id})`,
      `source    ${dataset.source}; licence: ${dataset.licence}`,
      `protects  ${dataset.privacyUnit}, ${dataset.relation}, delta ${dataset.delta}`,
      `budget    ${dataset.budget}, spent ${roundUp(summary.spent)}, remaining ${roundDown(summary.remaining)}`,
      ...Object.entries(dataset.splits).map(
        ([name, split]) => `${name.padEnd(11)}${split?.count} images, by class ${split?.classCounts.join(' ')}`,
      ),
    ].join('\n')
    return { document: { dataset, spent: summary.spent, remaining: summary.remaining }, text }
  },
}

const removeCommand: Command = {
  name: 'data remove',
  summary: "Move a data set to the project's trash; its ledger stays",
  positionals: 'ID',
  options: {},
  example: 'data remove old-scans',
  async run({ words, lab }) {
    const opened = await lab()
    const isTrajectories = await opened.holdsTrajectories(words.first)
    const dataset = isTrajectories ? await opened.showTrajectories(words.first) : await opened.showData(words.first)
    const trash = await (isTrajectories ? opened.removeTrajectories(dataset.id) : opened.removeData(dataset.id))
    return { document: { dataset, trash }, text: `${dataset.id} is now in ${trash}` }
  },
}

const exportCommand: Command = {
  name: 'data export',
  summary: 'Write images as NPZ, StyleGAN zip or class folders, trajectories as a Minari folder',
  positionals: 'ID',
  options: {
    out: { type: 'string', help: 'a folder to make, inside one that exists' },
    format: { type: 'string', help: 'npz (default), zip or folders; trajectories: minari' },
  },
  example: 'data export mnist --out mnist-files --format zip',
  async run({ words, lab, say, signal }) {
    const opened = await lab()
    const isTrajectories = await opened.holdsTrajectories(words.first)
    const format = words.text('format') ?? (isTrajectories ? 'minari' : 'npz')
    if (isTrajectories) {
      if (format !== 'minari') throw usage(this, `--format of trajectories is minari, found ${format}.`)
      const dataset = await opened.showTrajectories(words.first)
      const files = await opened.exportTrajectories(dataset.id, words.required('out'), signal)
      return { document: { dataset, files }, text: files.join('\n') }
    }
    if (format !== 'npz' && format !== 'zip' && format !== 'folders')
      throw usage(this, `--format expects npz, zip or folders, found ${format}.`)
    const dataset = await opened.showData(words.first)
    const started = performance.now()
    const files = await opened.exportData(dataset.id, words.required('out'), format, signal)
    if (dataset.sensitive) say('Note: these files are the data itself, not a private release.')
    return {
      document: { dataset, files },
      text: `${files.join('\n')}\nwritten in ${duration((performance.now() - started) / 1000)}`,
    }
  },
}

/** A set of trajectories for people. */
export function trajectoryText(set: TrajectorySet): string {
  const { min, mean, max } = set.returns
  return [
    `${set.id}: ${set.episodes} episodes, ${set.steps} steps, ${set.observationSize} observations, ${set.actionSize} actions`,
    `returns     ${min.toFixed(1)} to ${max.toFixed(1)}, mean ${mean.toFixed(1)}`,
    `simulator   ${set.environment.task ?? 'none'}`,
    ...set.problems.map((problem) => `Note        ${problem}`),
  ].join('\n')
}

export const dataCommands: readonly Command[] = [
  inspectCommand,
  importCommand,
  listCommand,
  showCommand,
  removeCommand,
  exportCommand,
]
