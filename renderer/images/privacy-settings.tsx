/** The privacy of the run: ε, and at once what it means in noise and in budget; δ; research or release. */
import type { SynthesisPlan } from '../../main/contract/calls/images.ts'
import type { Account, Epsilons, PrivacyPlan, Stage } from '../../main/contract/privacy.ts'
import { capital, formatBudget, formatEpsilon, formatFigure, formatRemaining } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { BudgetBar, Button } from '../ui/controls.tsx'
import { NumberField, Segmented } from '../ui/field.tsx'
import { LogSlider } from '../ui/slider.tsx'
import { epsilonRange, type Draft } from './draft.ts'
import { setDraft, useImages } from './images-store.ts'

const accountants: readonly (readonly [keyof Epsilons, string])[] = [
  ['rdp', 'Rényi'],
  ['pld', 'Loss distribution'],
  ['gaussian', 'Exact Gaussian'],
]
const accounts: readonly Account[] = ['train', 'validation']

function noiseOf({ event }: Stage): string {
  return event.kind === 'pure' ? `ε ${formatFigure(event.epsilon)}` : `σ ${formatFigure(event.noiseMultiplier)}`
}

function Budget({ privacy }: { readonly privacy: PrivacyPlan }) {
  const { budget, spentBefore, spentAfter } = privacy
  const over = spentAfter > budget
  return (
    <div className="images-budget">
      <BudgetBar budget={budget} before={spentBefore} after={spentAfter} />
      <p>
        <span className="spent">
          Spent <span className="number">{formatEpsilon(spentBefore)}</span> →{' '}
          <span className="number">{formatEpsilon(spentAfter)}</span> of{' '}
          <span className="number">{formatBudget(budget)}</span>
        </span>
        <span className={over ? 'over' : undefined}>
          {over ? (
            'over'
          ) : (
            <>
              <span className="number">{formatRemaining(budget - spentAfter)}</span> left
            </>
          )}
        </span>
      </p>
    </div>
  )
}

function Answer({ answer }: { readonly answer: SynthesisPlan }) {
  const { privacy } = answer.plan
  if (!privacy) return null
  return (
    <div className="images-answer">
      <Budget privacy={privacy} />
      <table>
        <caption className="unseen">Noise of each release</caption>
        <tbody>
          {privacy.stages.map((stage) => (
            <tr key={stage.id}>
              <th scope="row">{capital(stage.id.replaceAll('-', ' '))}</th>
              <td className="number" data-stage={stage.id}>
                {noiseOf(stage)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">ε by accountant</th>
            {accounts.map((account) => (
              <th key={account} scope="col">
                {account}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {accountants.map(([id, name]) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              {accounts.map((account) => {
                const value = privacy.accounts[account][id]
                return (
                  <td key={account} className="number">
                    {value === undefined ? '–' : formatEpsilon(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const modes = [
  {
    value: 'research',
    label: 'Research',
    note: 'Noise from a seed: the run can be repeated bit for bit, and whoever knows the seed can take the noise off. Not for release.',
  },
  {
    value: 'release',
    label: 'Release',
    note: 'Noise from the operating system, kept nowhere. Nothing is measured without noise, so there is no test accuracy and no Fréchet distance.',
  },
] as const

function Delta({ draft }: { readonly draft: Draft }) {
  const dataset = usePage((state) => state.datasets?.find(({ id }) => id === draft.data))
  const own = draft.delta !== null
  return (
    <div className="images-with-reset">
      <NumberField
        label="δ"
        help="settings#target-delta"
        value={draft.delta ?? dataset?.delta ?? null}
        min={1e-300}
        max={0.999}
        step={1e-7}
        hint={
          own
            ? `The data set's own is ${formatFigure(dataset?.delta ?? NaN)}.`
            : "The data set's own, about 1 / (N ln N)."
        }
        onChange={(delta) => delta !== null && setDraft({ delta: delta === dataset?.delta ? null : delta }, 'delta')}
      />
      {own && (
        <Button look="bare" icon="undo" onClick={() => setDraft({ delta: null }, 'delta')}>
          Reset
        </Button>
      )}
    </div>
  )
}

export function PrivacySettings({ draft }: { readonly draft: Draft }) {
  const answer = useImages((state) => state.answer)
  return (
    <section className="images-part">
      <h2>Privacy</h2>
      <LogSlider
        label="ε of this run"
        help="settings#target-epsilon"
        value={draft.epsilon}
        min={epsilonRange.min}
        max={epsilonRange.max}
        onChange={(epsilon) => setDraft({ epsilon }, 'epsilon')}
      />
      {answer ? <Answer answer={answer.plan} /> : <div className="images-answer" />}
      <Segmented
        label="Mode"
        help="settings#mode"
        value={draft.mode}
        options={modes}
        onChange={(mode) => setDraft({ mode }, 'mode')}
      />
      <Delta draft={draft} />
    </section>
  )
}
