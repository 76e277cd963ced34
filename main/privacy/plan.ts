/**
 * The only way to make a private run. A method declares what it wants to release (`draft`); the plan solves the noise
 * for the target, prices every stage on the account of the data set and refuses what the budget cannot pay.
 */
import { LetheError } from '../contract/errors.ts'
import type { Dataset } from '../contract/dataset.ts'
import type { Account, LedgerEntry, PrivacyMode, PrivacyPlan, Relation, Stage } from '../contract/privacy.ts'
import { calibrateNoise } from './calibrate.ts'
import { bestEpsilon, composeInTurns, roundUp } from './compose.ts'
import { chargedEvents, summariseInTurns } from './ledger.ts'

/** delta = 1 / (N ln N), rounded down to four digits: DPImageBench's rule at run time (its configurations are overridden). */
export function defaultDelta(trainCount: number): number {
  const exact = trainCount < 3 ? 0.1 : 1 / (trainCount * Math.log(trainCount))
  const unit = 10 ** (Math.floor(Math.log10(exact)) - 4)
  return Number((Math.floor(exact / unit) * unit).toPrecision(5))
}

/** A single Gaussian release of a quantity with the given L2 sensitivity, calibrated exactly (Balle and Wang 2018). */
export function gaussianStage(options: {
  id: string
  account: Account
  noisedQuantity: string
  sensitivity: number
  epsilon: number
  delta: number
}): Stage {
  const { epsilon, delta, ...stage } = options
  const { sigma } = calibrateNoise({ accountant: 'gaussian', epsilon, delta, rate: 1, steps: 1 })
  return { ...stage, event: { kind: 'gaussian', noiseMultiplier: sigma, rate: 1, steps: 1 } }
}

/** A mechanism with delta 0 on whole counts: one person changes a count by at most one. */
export function pureStage(options: { id: string; account: Account; noisedQuantity: string; epsilon: number }): Stage {
  const { epsilon, ...stage } = options
  return { ...stage, sensitivity: 1, event: { kind: 'pure', epsilon, count: 1 } }
}

/** Under replace-one a record leaves one place and enters another: twice the norm bound of one contribution. */
export const sensitivityOfSum = (relation: Relation, normBound: number): number =>
  relation === 'add-remove' ? normBound : 2 * normBound

export interface PrivacyRequest {
  readonly mode: PrivacyMode
  readonly targetEpsilon: number
  readonly delta: number
  readonly stages: readonly Stage[]
}

/** Prices `stages` on top of what the ledger holds. Errors: `budget-exceeded` with what is left. */
export async function privacyPlan(
  dataset: Dataset,
  entries: readonly LedgerEntry[],
  request: PrivacyRequest,
): Promise<PrivacyPlan> {
  const plan = await priceStages(dataset, entries, request)
  requireBudget(dataset.id, plan.spentBefore, plan.spentAfter, plan.budget)
  return plan
}

/**
 * What `stages` would cost, whether or not the budget can pay it: for showing. Nothing is run by it. It is asked on the thread that
 * answers the window, and gives others their turns.
 */
export async function priceStages(
  dataset: Dataset,
  entries: readonly LedgerEntry[],
  request: PrivacyRequest,
): Promise<PrivacyPlan> {
  const before = await summariseInTurns(entries)
  const eventsOf = (account: Account) =>
    request.stages.filter((stage) => stage.account === account).map((stage) => stage.event)
  const accounts = {
    train: await composeInTurns(eventsOf('train'), request.delta, dataset.relation),
    validation: await composeInTurns(eventsOf('validation'), request.delta, dataset.relation),
  }
  const after = async (account: Account): Promise<number> => {
    const added = eventsOf(account)
    if (added.length === 0) return bestEpsilon(before.accounts[account])
    const all = [...chargedEvents(entries, account), ...added]
    return bestEpsilon(await composeInTurns(all, before.delta, before.relation))
  }
  return {
    relation: dataset.relation,
    mode: request.mode,
    delta: request.delta,
    targetEpsilon: request.targetEpsilon,
    stages: [...request.stages],
    epsilon: roundUp(Math.max(bestEpsilon(accounts.train), bestEpsilon(accounts.validation))),
    accounts,
    spentBefore: roundUp(before.spent),
    spentAfter: roundUp(Math.max(await after('train'), await after('validation'))),
    budget: before.budget,
  }
}

export function requireBudget(data: string, before: number, after: number, budget: number): void {
  if (after <= budget + 1e-9) return
  throw new LetheError(
    'budget-exceeded',
    `This would bring the privacy loss of ${data} to epsilon ${roundUp(after)}; its budget is ${budget} and ${roundUp(before)} is spent.`,
    `Choose a smaller epsilon, or use what was released already: generating more images from it costs nothing.`,
  )
}
