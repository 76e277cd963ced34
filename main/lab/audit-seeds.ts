/** What audits found together that differ in the seed of the training alone: the same data, forget set, algorithm and settings. */
import { isDeepStrictEqual } from 'node:util'
import { ruleNames, type Audit, type RuleName } from '../contract/audit.ts'
import type { CallOutput } from '../contract/calls.ts'
import { meanInterval } from '../math/interval.ts'
import { auditJob, type AuditConfig } from '../trajectories/audit/audit.ts'
import { knownRuns, type Known } from './studies/wanted.ts'

const seedOf = (known: Known | undefined): number | undefined =>
  (known?.config as { readonly seed?: number } | null | undefined)?.seed

/** Null with fewer than two seeds. Of each seed the newest audit counts, of that of `run` itself. */
export async function auditSeeds(project: string, run: string): Promise<CallOutput<'audit.seeds'>> {
  const runs = await knownRuns(project)
  const byId = new Map(runs.map((known) => [known.record.id, known]))
  const audits = runs.filter(({ record }) => record.kind === auditJob.kind && record.state === 'succeeded')
  const self = audits.find(({ record }) => record.id === run)
  if (!self) return null
  const originalOf = ({ config }: Known) => byId.get((config as AuditConfig).original)
  const wish = wishOf(self, byId)
  const bySeed = new Map<number, Known>()
  for (const audit of [...audits.filter((one) => isDeepStrictEqual(wishOf(one, byId), wish)), self]) {
    const seed = seedOf(originalOf(audit))
    if (seed !== undefined) bySeed.set(seed, audit)
  }
  if (bySeed.size < 2) return null
  const found = [...bySeed.values()].map(({ record }) => record.outcome?.['shares'] as Audit['shares'])
  const over = (rule: RuleName, group: 'forgotten' | 'remaining' | 'control') =>
    meanInterval(found.flatMap((shares) => shares[rule][group]?.share ?? []))
  const [released, textbook] = ruleNames.map((rule) => ({
    ...{ forgotten: over(rule, 'forgotten'), remaining: over(rule, 'remaining'), control: over(rule, 'control') },
  }))
  return { seeds: [...bySeed.keys()].sort((a, b) => a - b), shares: { released: released!, textbook: textbook! } }
}

/** All that was asked for, but for seeds, what was drawn by them, and the names of runs. */
function wishOf({ config }: Known, runs: ReadonlyMap<string, Known>): unknown {
  const {
    agent,
    original,
    retrained: _retrained,
    remaining: _some,
    neverSeen: _others,
    seed: _seed,
    ...audit
  } = config as AuditConfig
  const madeBy = (run: string): unknown => {
    const known = runs.get(run)
    if (!known) return null
    const { seed: _drawn, agent: from, ...rest } = known.config as Readonly<Record<string, unknown>>
    return { kind: known.record.kind, ...rest, ...(typeof from === 'string' && { from: madeBy(from) }) }
  }
  return { audit, agent: madeBy(agent), original: madeBy(original) }
}
