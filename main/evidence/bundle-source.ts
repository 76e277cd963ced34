/** A bundle that holds, open in memory. Nothing of it is written anywhere; what reviewers say goes to a file beside it. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import { reviewEntrySchema, type ReviewEntry, type Verification } from '../contract/evidence.ts'
import { walkChain } from '../files/chain.ts'
import { reviewBeside, reviewName, runPath } from './layout.ts'
import { verifyReview, type ReviewLog } from './review.ts'
import { seenOf } from './run-files.ts'
import { evidenceOf, itemNote, type Source } from './source.ts'
import type { Bundle } from './verify.ts'

export interface BundleSource extends Source {
  /** From now on. Errors: `review-corrupt` where the file holds something else. */
  keepIn(file: string): Promise<void>
  /** The samples of a run, where the bundle has them. */
  picture(run: string): Uint8Array | null
}

/** A review that stands beside the bundle under its usual name goes on. */
export async function bundleSource(
  file: string,
  { manifest, files, runs }: Bundle,
  verification: Verification,
  name: string,
): Promise<BundleSource> {
  const of = `bundle ${manifest.id}`
  const beside = { file: reviewBeside(file), of }
  let log: ReviewLog | null = (await fs.stat(beside.file).catch(() => null)) ? beside : null

  /** What reviewers had said when the bundle was made. */
  const inside = (run: string): ReviewEntry[] => {
    const bytes = files.get(runPath(run, reviewName))
    if (!bytes) return []
    const lines = Buffer.from(bytes).toString('utf8').split('\n').slice(0, -1)
    return [
      ...walkChain(
        lines.map((line) => JSON.parse(line) as unknown),
        reviewEntrySchema,
      ).entries,
    ]
  }
  const picture = (run: string): Uint8Array | null => files.get(runPath(run, 'samples-final.png')) ?? null

  return {
    title: path.basename(file),
    facts: [`Evidence bundle ${manifest.id}`, `Written by Lethe ${manifest.version} in ${manifest.mode} mode`],
    items: () =>
      Promise.resolve(
        runs.map((run) => ({
          item: { kind: 'run', id: run.id },
          title: run.report.record.title,
          note: itemNote(run.report),
          time: run.report.record.ended ?? run.report.record.created,
          seen: seenOf(run.values.get('report.json') as never),
        })),
      ),
    show(item) {
      const run = runs.find(({ id }) => id === item.id)
      if (!run) throw new LetheError('run-missing', `There is no run ${item.id} in this bundle.`)
      const checks = verification.checks.filter((check) => check.run === null || check.run === run.id)
      const address = picture(run.id) ? `app://lab/bundles/${name}/${run.id}/samples-final.png` : null
      const removed = manifest.runs.some(({ id, dataRemoved }) => id === run.id && dataRemoved === true)
      return Promise.resolve(evidenceOf(run, item, { checks, problems: [], picture: address, removed }))
    },
    logOf: () => log,
    async said(item) {
      const before = inside(item.id)
      const verified = log ? await verifyReview(log) : { ok: true, entries: [], firstBad: null, reason: null }
      return { ...verified, entries: [...before, ...verified.entries] }
    },
    async keepIn(chosen) {
      const next = { file: chosen, of }
      const { ok, firstBad, reason } = await verifyReview(next)
      if (!ok)
        throw new LetheError(
          'review-corrupt',
          `${chosen} cannot take this review: entry ${firstBad}: ${reason}`,
          'Choose a new file, or the review of this very bundle.',
        )
      log = next
    },
    picture,
  }
}
