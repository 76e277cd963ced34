/**
 * What must not leave in release mode: hashes of the data or the ledger (a perfect test of a guess about the data), counts by class,
 * words about broken files, and figures computed without noise. Looked for in every file, wherever it may stand.
 */
import type { RunUnderCheck } from './check-run.ts'
import type { Findings } from './findings.ts'
import { runPath } from './layout.ts'

const forbiddenKeys: Readonly<Record<string, string>> = {
  ...{ hash: 'a hash of the ledger', previous: 'a hash of the ledger', ledgerHash: 'a hash of the ledger' },
  ...{ contentHash: 'a hash of the data', dataHash: 'a hash of the data' },
  ...{ imagesSha256: 'a hash of the data', labelsSha256: 'a hash of the data' },
  ...{ classCounts: 'counts by class', problems: 'words about files of the data' },
  ...{ fidelity: 'figures computed without noise', bestOnTest: 'a figure computed without noise' },
  ...{ testAccuracy: 'a figure computed without noise', reference: 'figures computed without noise' },
}
const hashPattern = /[0-9a-f]{64}/i

export async function checkRelease(findings: Findings, run: RunUnderCheck): Promise<void> {
  await findings.check(run.id, 'Nothing is here that must not leave in release mode', () => {
    for (const [name, value] of run.values) search(findings, runPath(run.id, name), value, '')
    for (const event of run.events)
      if (!['state', 'spend', 'artifact', 'checkpoint'].includes(event.kind))
        findings.problem(runPath(run.id, 'events.ndjson'), 'states, charges and results only', `an event ${event.kind}`)
    const words = run.html.replace(/src="data:image\/png;base64,[^"]*"/g, '')
    if (hashPattern.test(words)) findings.problem(runPath(run.id, 'report.html'), 'no hash', 'a hash')
    if (run.report.plan.nonPrivateReads.length > 0)
      findings.problem(
        runPath(run.id, 'plan.json'),
        'no read without noise',
        run.report.plan.nonPrivateReads.join(', '),
      )
  })
}

function search(findings: Findings, file: string, value: unknown, place: string): void {
  if (typeof value === 'string' && hashPattern.test(value)) findings.problem(file, `no hash in ${place}`, value)
  if (typeof value !== 'object' || value === null) return
  // The hash of a synthetic result tells no more than the result.
  const synthetic = (value as { kind?: unknown }).kind === 'artifact'
  for (const [key, inner] of Object.entries(value)) {
    if (synthetic && key === 'sha256') continue
    const at = place === '' ? key : `${place}.${key}`
    const what = Object.hasOwn(forbiddenKeys, key) ? forbiddenKeys[key] : undefined
    const empty = inner === null || (Array.isArray(inner) && inner.length === 0)
    if (what !== undefined && !empty) findings.problem(file, `no ${what.replace(/^an? /, '')} in ${at}`, what)
    else search(findings, file, inner, at)
  }
}
