/** Epsilon of a composition by every accountant that applies, and the number shown: the smallest, rounded up. */
import type { Epsilons, PrivacyEvent, Relation } from '../contract/privacy.ts'
import { inTurns, takeTurns } from '../files/turns.ts'
import { gaussianEpsilon } from './accountants/gaussian.ts'
import { pldEpsilon, pldPieces } from './accountants/pld.ts'
import { rdpEpsilon, rdpPieces } from './accountants/rdp.ts'

/** Upper bounds at `delta` under the data set's relation. Errors: `privacy-invalid` for a pair no accountant here covers. An accountant that does not cover one of the events is absent. */
export function epsilonsOf(events: readonly PrivacyEvent[], delta: number, relation: Relation): Epsilons {
  if (events.length === 0) return { rdp: 0, pld: 0, gaussian: 0 }
  const gaussian = gaussianEpsilon(events, delta)
  return {
    rdp: rdpEpsilon(events, delta, relation).epsilon,
    pld: pldEpsilon(events, delta, relation).epsilon,
    ...(gaussian === null ? {} : { gaussian }),
  }
}

/** Compositions are asked for again and again, while settings move and where evidence is looked at; this many are remembered. */
const mostRemembered = 200
const remembered = new Map<string, Promise<Epsilons>>()

/** The same to the last bit, on the thread that answers the window: others get their turns, and what was composed before is at hand. */
export function composeInTurns(events: readonly PrivacyEvent[], delta: number, relation: Relation): Promise<Epsilons> {
  const key = JSON.stringify([events, delta, relation])
  const known = remembered.get(key)
  if (known) return known
  const found = composed(events, delta, relation)
  const [oldest] = remembered.keys()
  if (remembered.size >= mostRemembered && oldest !== undefined) remembered.delete(oldest)
  remembered.set(key, found)
  found.catch(() => remembered.delete(key))
  return found
}

async function composed(events: readonly PrivacyEvent[], delta: number, relation: Relation): Promise<Epsilons> {
  if (events.length === 0) return epsilonsOf(events, delta, relation)
  const turn = takeTurns()
  const gaussian = gaussianEpsilon(events, delta)
  const { epsilon: rdp } = await inTurns(rdpPieces(events, delta, relation), turn)
  const { epsilon: pld } = await inTurns(pldPieces(events, delta, relation), turn)
  return { rdp, pld, ...(gaussian === null ? {} : { gaussian }) }
}

/** All are valid upper bounds, so the smallest counts. */
export function bestEpsilon(epsilons: Epsilons): number {
  return Math.min(...[epsilons.rdp, epsilons.pld, epsilons.gaussian].filter((value) => value !== undefined))
}

/** For people, where it is what is left: three decimals, never above the number itself. */
export function roundDown(epsilon: number): number {
  const rounded = Math.round(epsilon * 1000) / 1000
  return rounded <= epsilon ? rounded : Math.floor(epsilon * 1000) / 1000
}

/** For people: three decimals, never below the number itself. */
export function roundUp(epsilon: number): number {
  const rounded = Math.round(epsilon * 1000) / 1000
  return rounded >= epsilon ? rounded : Math.ceil(epsilon * 1000) / 1000
}
