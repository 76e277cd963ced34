/** Computes the privacy loss again from the stages of the plan, with the accountants of this installation. */
import { LetheError } from '../contract/errors.ts'
import type { Epsilons, PrivacyEvent } from '../contract/privacy.ts'
import { bestEpsilon, composeInTurns, roundUp } from '../privacy/compose.ts'
import type { RunUnderCheck } from './check-run.ts'
import type { Findings } from './findings.ts'
import { runPath } from './layout.ts'

/** Two machines may differ in the last digits of a logarithm; more than this is another number. */
const tolerance = 1e-6
export const near = (a: number | undefined, b: number | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a)))

/** Beyond this a composition could be made to keep the accountants busy for ever; no real plan comes near. */
export function requireOrdinary(events: readonly PrivacyEvent[], delta: number): void {
  const sampled = new Set(
    events.flatMap((event) => (event.kind === 'gaussian' && event.rate < 1 ? [JSON.stringify(event)] : [])),
  )
  const odd = events.find((event) =>
    event.kind === 'gaussian'
      ? event.noiseMultiplier < 0.1 || event.steps > 1e8
      : event.epsilon > 1e4 || event.count > 1e8,
  )
  if (odd || events.length > 10_000 || sampled.size > 100 || delta < 1e-20)
    throw new LetheError(
      'privacy-invalid',
      `such a composition is not computed here: ${JSON.stringify(odd ?? { events: events.length, delta })}`,
    )
}

export async function checkEpsilon(findings: Findings, { id, report }: RunUnderCheck): Promise<void> {
  const { privacy } = report
  const file = runPath(id, 'plan.json')
  await findings.check(id, 'Epsilon, computed again from the plan, is the one stated', async () => {
    const losses: number[] = []
    for (const account of ['train', 'validation'] as const) {
      const events = privacy.stages.filter((stage) => stage.account === account).map((stage) => stage.event)
      requireOrdinary(events, privacy.delta)
      const found = await composeInTurns(events, privacy.delta, privacy.relation)
      const stated: Epsilons = privacy.accounts[account]
      for (const name of ['rdp', 'pld', 'gaussian'] as const)
        if (!near(stated[name], found[name]))
          findings.problem(file, `epsilon of the ${account} account by ${name}: ${found[name]}`, `${stated[name]}`)
      losses.push(bestEpsilon(found))
    }
    const loss = Math.max(...losses)
    // Rounded up from a number that may differ in its last digits, it may be one thousandth off; below the loss it may not be.
    if (privacy.epsilon < loss - tolerance || privacy.epsilon > roundUp(loss) + 0.001 + tolerance)
      findings.problem(file, `epsilon ${roundUp(loss)}, computed from its stages`, `epsilon ${privacy.epsilon}`)
    if (privacy.spentAfter > privacy.budget + tolerance)
      findings.problem(file, `a budget of ${privacy.budget} kept`, `${privacy.spentAfter} spent`)
    return `ε = ${roundUp(loss)} at δ = ${privacy.delta}`
  })
}
