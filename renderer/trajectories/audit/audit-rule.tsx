/** How one judges: which test, how many sides, how often chance may flag. */
import { Button } from '../../ui/controls.tsx'
import { Segmented } from '../../ui/field.tsx'
import { Explain } from '../../ui/hint.tsx'
import { changeLook, setAlpha, useAudit } from './audit-store.ts'
import { alphaWords, chanceWords } from './audit-view.ts'

const tests = [
  { value: 'released', label: 'Released', note: 'As published: flags easily, and what is unusually close, too.' },
  { value: 'grubbs', label: 'Textbook', note: 'Grubbs’ test as in the textbook: needs far more.' },
] as const
const sides = [
  { value: '1', label: 'Farther', note: 'Only what is farther away than the references.' },
  { value: '2', label: 'Either side', note: 'Also what is unusually close.' },
] as const
const samples = [
  { value: 'with tested', label: 'With it' },
  { value: 'references', label: 'Without' },
] as const

export function AuditRule() {
  const look = useAudit((state) => state.look)
  const audit = useAudit((state) => state.audit)
  if (!look || !audit) return null
  const { released, textbook } = audit.found.rules
  const reset = () => changeLook(look.test === 'released' ? released : textbook)
  return (
    <div className="audit-rule">
      <Segmented
        label="Rule"
        hideLabel
        value={look.test}
        options={tests}
        onChange={(test) => changeLook(test === 'released' ? released : textbook)}
      />
      <Segmented
        label="Sides"
        hideLabel
        value={String(look.sides) as '1' | '2'}
        options={sides}
        onChange={(value) => changeLook({ sides: value === '1' ? 1 : 2 })}
      />
      {look.test === 'grubbs' && (
        <Segmented
          label="Spread of the references with the tested one, or without"
          hideLabel
          value={look.sample}
          options={samples}
          onChange={(sample) => changeLook({ sample })}
        />
      )}
      <label className="audit-alpha">
        <span>α</span>
        <select value="" onChange={(event) => setAlpha(Number(event.target.value))} aria-label="Level α">
          <option value="">{alphaWords(audit.thresholds, look)}</option>
          {['0.05', '0.01', '0.001', '0.0001', '0.00001'].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <span className="audit-threshold">
        threshold <span className="number">{look.threshold.toFixed(3)}</span>
      </span>
      <span title="How often the rule flags what is like the references, were these independent and normal. They are not quite: in truth it is more.">
        by chance <span className="number">{chanceWords(audit.thresholds, look)}</span>
      </span>
      <Button look="bare" onClick={reset}>
        Reset
      </Button>
      <Explain page="audit#audit-rules" term="the two rules" />
    </div>
  )
}
