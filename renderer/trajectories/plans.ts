/** Plans of a draft while it changes. */
import type { CallInput, CallName, CallOutput } from '../../main/contract/calls.ts'
import { ask, type Failure } from '../app/bridge.ts'
import { createLatest, type Latest } from '../app/latest.ts'

type Answer<Plan> = { readonly plan: Plan; readonly trouble: null } | { readonly trouble: Failure | null }

/** `take` hears the plan, or why the newest draft has none: the last plan stays in sight then, with the fields that mend it. */
export function createPlans<Name extends CallName>(
  name: Name,
  take: (answer: Answer<CallOutput<Name>>) => void,
): Latest<CallInput<Name>> {
  return createLatest(
    async (draft: CallInput<Name>) => {
      let trouble: Failure | null = null
      const plan = await ask(name, draft, (failure) => (trouble = failure))
      return { plan, trouble }
    },
    ({ plan, trouble }, _draft, outdated) => {
      if (plan !== null) take({ plan, trouble: null })
      else if (!outdated) take({ trouble })
    },
  )
}
