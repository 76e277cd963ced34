/** What must be said before images come in. Every term has a page in the help. */
import type { Inspection } from '../../main/contract/calls/data.ts'
import { budgetBounds } from '../../main/contract/budget.ts'
import { budgetMarks, formatCount, formatFigure } from '../app/format.ts'
import { Facts } from '../ui/facts.tsx'
import { Field, NumberField, Segmented, TextField } from '../ui/field.tsx'
import { LogSlider } from '../ui/slider.tsx'
import { changeForm, useTakenIds, type Source } from './data-store.ts'
import { deltaWarning, emptyForm, formErrors, type FormErrors, type ImportForm } from './import-form.ts'

type Becomes = NonNullable<Inspection['becomes']>

/** Where each image will go. It is settled before anything is read, by the place of an image and a fixed seed. */
function Splits({ becomes }: { readonly becomes: Becomes }) {
  const { train, validation, test } = becomes.splits
  const total = train + validation + test
  const parts = [
    { name: 'Train', count: train },
    { name: 'Validation', count: validation },
    { name: 'Test', count: test },
  ]
  return (
    <Field
      label="Splits"
      help="glossary#split"
      hint={`By the place of an image and a fixed seed, never by what it shows. ${becomes.hasTestSet ? 'The test set is the one of the source.' : 'The source has no test set: one in six is set aside.'}`}
    >
      <div className="splits">
        <div className="splits-bar" aria-hidden="true">
          {parts.map(({ name, count }) => (
            <span key={name} style={{ flexGrow: count / total }} />
          ))}
        </div>
        <Facts rows={parts.map(({ name, count }) => [name, formatCount(count)])} />
      </div>
    </Field>
  )
}

interface PartProps {
  readonly form: ImportForm
  readonly errors: FormErrors
  readonly becomes: Becomes
}

function Protection({ form, errors, becomes }: PartProps) {
  return (
    <>
      <TextField
        label="Protected unit"
        help="settings#privacy-unit"
        value={form.privacyUnit}
        onChange={(privacyUnit) => changeForm({ privacyUnit })}
        error={errors.privacyUnit}
        hint="Whose presence nobody may learn. The accounting protects single images: a person with many is protected less."
      />
      <Segmented
        label="Neighbouring data sets"
        help="settings#relation"
        value={form.relation}
        onChange={(relation) => changeForm({ relation })}
        options={[
          {
            value: 'add-remove',
            label: 'Add or remove one',
            note: 'Hides whether an image is in the data at all. The usual choice.',
          },
          {
            value: 'replace-one',
            label: 'Replace one',
            note: 'Hides what an image shows, not how many there are. Needs up to twice the noise.',
          },
        ]}
      />
      <LogSlider
        label="Privacy budget ε"
        help="settings#data-budget"
        {...budgetBounds}
        marks={budgetMarks}
        value={form.budget}
        onChange={(budget) => changeForm({ budget })}
        error={errors.budget ?? null}
        hint="What all runs on this data may spend together, over its whole life. Small is private. It can be changed later, with a reason in the ledger."
      />
      <NumberField
        label="δ"
        help="privacy#delta"
        value={form.delta}
        onChange={(delta) => changeForm({ delta })}
        placeholder={formatFigure(becomes.delta)}
        error={errors.delta}
        hint={
          deltaWarning(form, becomes) ??
          `How likely the promise may fail. Left empty, it is 1 / (N ln N) = ${formatFigure(becomes.delta)}.`
        }
      />
    </>
  )
}

export function ImportFields({ source, becomes }: { readonly source: Source; readonly becomes: Becomes }) {
  const { form, tried } = source
  const found = formErrors(form, useTakenIds(), 'images')
  // An empty name is no error before it was tried; everything typed is told at once.
  const errors = tried || form.name !== '' ? found : { ...found, name: undefined }
  return (
    <fieldset className="import-fields" disabled={source.importing !== null}>
      <TextField label="Name" value={form.name} onChange={(name) => changeForm({ name })} error={errors.name} />
      <Segmented
        label="These images are"
        help="settings#sensitive"
        value={form.sensitive ? 'sensitive' : 'public'}
        onChange={(value) => changeForm({ sensitive: value === 'sensitive' })}
        options={[
          {
            value: 'sensitive',
            label: 'Sensitive',
            note: 'About people or secrets: a budget is kept, and looking at the images is noted in the ledger.',
          },
          { value: 'public', label: 'Public', note: 'Anybody may see them. Nothing is protected, nothing is counted.' },
        ]}
      />
      {form.sensitive && <Protection form={form} errors={errors as FormErrors} becomes={becomes} />}
      <Splits becomes={becomes} />
      <TextField
        label="Licence"
        value={form.licence}
        onChange={(licence) => changeForm({ licence })}
        error={errors.licence}
        placeholder="not stated"
        hint="Under what terms you may use the images. Appears in every report."
      />
      <TextField
        label="Source"
        value={form.source}
        onChange={(text) => changeForm({ source: text })}
        error={errors.source}
        placeholder={emptyForm.source || 'where they come from'}
      />
    </fieldset>
  )
}
