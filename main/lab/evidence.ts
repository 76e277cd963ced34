/** Evidence: bundles out and in, and the review of either a project or a bundle that is open. */
import { promises as fs } from 'node:fs'
import type { HandlersOf } from '../contract/calls.ts'
import type { evidenceCalls } from '../contract/calls/evidence.ts'
import { LetheError } from '../contract/errors.ts'
import type { Review } from '../contract/evidence.ts'
import { bundleSource, type BundleSource } from '../evidence/bundle-source.ts'
import { exportBundle, throwIfStopped, type Exported, type ExportOptions, type ExportRun } from '../evidence/export.ts'
import { projectSource } from '../evidence/project-source.ts'
import { addToReview, reviewOfRun, verifyReview } from '../evidence/review.ts'
import { reviewSheet } from '../evidence/sheet.ts'
import { reviewOf, type Source } from '../evidence/source.ts'
import { readBundle } from '../evidence/verify.ts'
import { datasetOfRun } from '../runs/dataset-facts.ts'
import { readConfig, runPaths, summariseRun } from '../runs/folder.ts'
import { jobOf } from '../runs/jobs.ts'
import { version } from '../version.ts'
import type { LabContext, Resource } from './context.ts'
import type { LedgerPart } from './ledger.ts'

const mostBundles = 4

export function evidencePart({ project, tasks }: LabContext, { ledger }: Pick<LedgerPart, 'ledger'>) {
  const inputOf = async (run: string): Promise<Pick<ExportRun, 'paths' | 'input'>> => {
    const paths = runPaths(project, run)
    const job = jobOf((await summariseRun(paths)).kind)
    if (job.subject === 'trajectories')
      throw new LetheError(
        'run-state',
        `Run ${run} is of trajectories: bundles hold runs on images.`,
        'Hand on report.json of its folder. That of an audit is sealed: Verify a report… on the screen Review checks it anywhere, and so does `lethe trajectories verify`.',
      )
    const data = job.data((await readConfig(paths)) as never)
    return { paths, input: { ...(await datasetOfRun(project, paths, data)), ledger: await ledger(data) } }
  }

  /** Errors: `run-missing`, `run-state`, `review-corrupt`, `usage` for runs of both modes, `cancelled` and then nothing is written. */
  const exportRuns = async (runs: readonly string[], target: string, options: ExportOptions): Promise<Exported> => {
    const whole: ExportRun[] = []
    for (const run of new Set(runs)) {
      throwIfStopped(options.signal)
      whole.push({ ...(await inputOf(run)), review: await reviewBytes(project, run) })
    }
    return exportBundle(target, whole, options)
  }

  const bundles = new Map<string, BundleSource>()
  const own = projectSource(project, inputOf)
  let opened = 0

  const sourceOf = (name: string): Source => {
    const found = name === 'project' ? own : bundles.get(name)
    if (!found) throw new LetheError('usage', 'This bundle is no longer open.', 'Open it again.')
    return found
  }
  const list = (name: string): Promise<Review> => reviewOf(name, sourceOf(name))

  const handlers: HandlersOf<typeof evidenceCalls> = {
    'evidence.export': ({ runs, path: target, samples, task }) =>
      tasks.run(task, async (progress) => ({
        path: target,
        ...(await exportRuns(runs, target, { samples, ...progress })),
      })),
    'evidence.open': async ({ path: file }) => {
      const { verification, bundle } = await readBundle(file)
      if (!bundle) return { verification, source: null }
      const source = `bundle-${++opened}`
      bundles.set(source, await bundleSource(file, bundle, verification, source))
      const [oldest] = bundles.keys()
      if (bundles.size > mostBundles && oldest) bundles.delete(oldest)
      return { verification, source }
    },
    'evidence.close': ({ source }) => {
      bundles.delete(source)
      return Promise.resolve({})
    },
    'review.list': ({ source }) => list(source),
    'review.show': ({ source, item }) => sourceOf(source).show(item),
    'review.add': async ({ source: name, item, reviewer, action }) => {
      const source = sourceOf(name)
      const log = source.logOf(item)
      if (!log)
        throw new LetheError('usage', 'This review has no file yet.', 'Choose where the review of this bundle is kept.')
      const known = (await source.items()).find((one) => one.item.kind === item.kind && one.item.id === item.id)
      if (!known) throw new LetheError('usage', `There is no ${item.kind} ${item.id} to review here.`)
      await addToReview(log, { item, reviewer, action, seen: known.seen })
      return list(name)
    },
    'review.keep': async ({ source: name, path: file }) => {
      const source = bundles.get(name)
      if (!source) throw new LetheError('usage', 'Only the review of a bundle is kept in a file of its own.')
      await source.keepIn(file)
      return list(name)
    },
  }

  return {
    handlers,
    exportEvidence: exportRuns,

    /** Pictures of open bundles: `HANDLE/RUN/samples-final.png`. */
    bundleResource(place: string): Promise<Resource | null> {
      const match = /^([\w-]+)\/([\w-]+)\/samples-final\.png$/.exec(place)
      const bytes = match && bundles.get(match[1]!)?.picture(match[2]!)
      return Promise.resolve(bytes ? { bytes, type: 'image/png' } : null)
    },
    /** The review as a page to print: `SOURCE/sheet.html`. */
    async sheetResource(place: string): Promise<Resource | null> {
      const match = /^([\w-]+)\/sheet\.html$/.exec(place)
      if (!match) return null
      const source = sourceOf(match[1]!)
      const html = reviewSheet(await list(match[1]!), { version, facts: source.facts })
      return { bytes: Buffer.from(html), type: 'text/html; charset=utf-8' }
    },
  }
}

/** The review of a run as it goes into a bundle, once its chain was found to hold. */
async function reviewBytes(project: string, run: string): Promise<Uint8Array | null> {
  const log = reviewOfRun(project, run)
  const { ok, entries, firstBad, reason } = await verifyReview(log)
  if (!ok)
    throw new LetheError(
      'review-corrupt',
      `The review of run ${run} is not intact from entry ${firstBad} on: ${reason}`,
      `Restore ${log.file} from a copy, or move it away.`,
    )
  return entries.length > 0 ? fs.readFile(log.file) : null
}
