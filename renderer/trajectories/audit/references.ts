/** Which agents may stand for one trained anew. */
import type { Agent } from '../../../main/contract/calls/forgetting.ts'
import { learntOf, type Episodes } from '../episodes.ts'

/** Those trained from scratch, as the original was, that know nothing of what the audited one forgot; none where it forgot nothing. */
export function referencesOf(audited: Agent, agents: readonly Agent[], episodes: Pick<Episodes, 'ids'>): Agent[] {
  const original = agents.find(({ run }) => run === audited.original)
  const known = new Set(original?.without)
  const forgotten = audited.without.filter((id) => !known.has(id))
  if (forgotten.length === 0) return []
  return agents.filter((one) => {
    const anew = one.original === null || one.method === 'retrain'
    const like = one.data === audited.data && one.algorithm === audited.algorithm
    if (!anew || !like || one.retired || one.run === audited.run) return false
    const learnt = learntOf(one, episodes)
    return !forgotten.some((id) => learnt.has(id))
  })
}
