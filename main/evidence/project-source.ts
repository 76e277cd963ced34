/** The runs of a project that ended well and promised privacy, to be reviewed. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { LetheError } from '../contract/errors.ts'
import { listRuns, readConfig, readPlan, readRecord, type RunPaths } from '../runs/folder.ts'
import type { ReportInput } from '../runs/report.ts'
import { version } from '../version.ts'
import { checkRun } from './check-run.ts'
import { collectFindings } from './findings.ts'
import { reviewOfRun, verifyReview } from './review.ts'
import { runFiles, seenOf } from './run-files.ts'
import { evidenceOf, type Source, type SourceItem } from './source.ts'

export function projectSource(
  project: string,
  inputOf: (run: string) => Promise<{ readonly paths: RunPaths; readonly input: ReportInput }>,
): Source {
  const itemOf = async (paths: RunPaths): Promise<SourceItem | null> => {
    const record = await readRecord(paths)
    if (record.state !== 'succeeded') return null
    const plan = await readPlan(paths)
    const config = (await readConfig(paths)) as { readonly data: string; readonly mode: string }
    if (!plan.privacy) return null
    return {
      item: { kind: 'run', id: record.id },
      title: record.title,
      note: `${config.data}, ε ${plan.privacy.epsilon}, ${config.mode}`,
      time: record.ended ?? record.created,
      seen: seenOf({ config: config as never, plan, record }),
    }
  }
  return {
    title: path.basename(project),
    facts: [`Project ${path.basename(project)}`],
    async items() {
      const items: SourceItem[] = []
      for (const paths of await listRuns(project)) {
        const item = await itemOf(paths).catch(() => null) // a folder that cannot be read is shown among the runs
        if (item) items.push(item)
      }
      return items.reverse()
    },
    async show(item) {
      const { paths, input } = await inputOf(item.id)
      const { files, document } = await runFiles(paths, input, false)
      const findings = collectFindings()
      const { mode } = document.config
      const run = await checkRun(findings, { id: item.id, mode, version, files, samples: new Map() })
      const [problem] = findings.problems
      if (!run)
        throw new LetheError(
          'file-malformed',
          `${problem?.file}: expected ${problem?.expected}, found ${problem?.found}.`,
          'Restore the run from a copy.',
        )
      const sampled = await fs.stat(path.join(paths.artifacts, 'samples-final.png')).catch(() => null)
      const picture = sampled ? `app://lab/runs/${item.id}/artifacts/samples-final.png` : null
      return evidenceOf(run, item, { ...findings, picture, removed: input.removed })
    },
    logOf: (item) => reviewOfRun(project, item.id),
    said: (item) => verifyReview(reviewOfRun(project, item.id)),
  }
}
