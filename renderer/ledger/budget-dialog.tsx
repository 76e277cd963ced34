/** Another budget: allowed, with a reason, for ever in the ledger. More is asked twice. */
import { useState } from 'react'
import type { CallOutput } from '../../main/contract/calls.ts'
import { budgetBounds } from '../../main/contract/budget.ts'
import { budgetMarks, formatBudget, formatEpsilon } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { confirm, Dialog } from '../ui/dialog.tsx'
import { TextArea } from '../ui/field.tsx'
import { boundsTrouble } from '../ui/numbers.ts'
import { LogSlider } from '../ui/slider.tsx'
import { setBudget } from './ledger-store.ts'

const leastReason = 8

interface BudgetDialogProps {
  readonly data: string
  readonly name: string
  readonly summary: CallOutput<'ledger.show'>['summary']
  readonly onClose: () => void
}

export function BudgetDialog({ data, name, summary, onClose }: BudgetDialogProps) {
  const [budget, setNext] = useState(summary.budget)
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const words = reason.trim().length
  const wrong = {
    budget: budget === summary.budget ? 'This is the budget that stands.' : null,
    reason:
      words < leastReason
        ? `Say why, in at least ${leastReason} characters.`
        : words > 400
          ? 'At most 400 characters.'
          : null,
  }
  const submit = async () => {
    setTried(true)
    if (wrong.budget || wrong.reason || boundsTrouble(budget, budgetBounds)) return
    // The figure that is shown; where it is no longer so, the lab refuses, and it is shown anew.
    const more = budget > summary.budget
    const sure =
      !more ||
      (await confirm({
        title: `Raise the budget of ${name} to ε ${formatBudget(budget)}?`,
        body: `It was ε ${formatBudget(summary.budget)}. Every image in this set is protected less from now on. The change and its reason stay in the ledger and appear in every report.`,
        action: 'Raise the budget',
        danger: true,
      }))
    if (sure && (await setBudget(data, summary.budget, budget, reason.trim()))) onClose()
  }
  return (
    <Dialog
      open
      title={`Budget of ${name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={() => void submit()}>
            {budget > summary.budget ? 'Raise the budget…' : 'Set the budget'}
          </Button>
        </>
      }
    >
      <div className="budget-fields">
        <p className="faint">
          ε {formatEpsilon(summary.spent)} is spent. A budget below that stops every further run; what is spent stays
          spent.
        </p>
        <LogSlider
          label="Privacy budget ε"
          help="settings#data-budget"
          {...budgetBounds}
          marks={budgetMarks}
          value={budget}
          onChange={setNext}
          error={tried ? wrong.budget : null}
        />
        <TextArea
          label="Reason"
          rows={3}
          value={reason}
          onChange={setReason}
          error={tried ? wrong.reason : null}
          hint="Who decided it, and why. It can never be changed."
        />
      </div>
    </Dialog>
  )
}
