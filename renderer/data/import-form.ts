/** What a person says about a data set when importing it, and what is wrong with it. */
import type { Inspection } from '../../main/contract/calls/data.ts'
import type { CallInput } from '../../main/contract/calls.ts'
import { budgetBounds } from '../../main/contract/budget.ts'
import { dataIdOf } from '../../main/contract/data-id.ts'
import type { Relation } from '../../main/contract/privacy.ts'

export interface ImportForm {
  readonly name: string
  readonly sensitive: boolean
  readonly privacyUnit: string
  readonly relation: Relation
  readonly budget: number
  /** Null for 1 / (N ln N). */
  readonly delta: number | null
  readonly licence: string
  readonly source: string
  /** Of trajectories: the simulated task; empty for what the file says of itself. */
  readonly environment: '' | SimulatedTask
}
type SimulatedTask = NonNullable<CallInput<'trajectories.import'>['environment']>

export const emptyForm: ImportForm = {
  name: '',
  sensitive: true,
  privacyUnit: 'one image',
  relation: 'add-remove',
  budget: 10,
  delta: null,
  licence: '',
  source: '',
  environment: '',
}

/** `ward_photos-2` as a person would write it. */
export function nameFor(file: string): string {
  const words = file.replace(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1, 80)
}

export type FormErrors = Partial<Record<keyof ImportForm, string>>

/** By field; empty where all is well. `taken` are the ids in the project. Trajectories have no privacy budget. */
export function formErrors(
  form: ImportForm,
  taken: readonly string[],
  kind: Inspection['kind'] = 'images',
): FormErrors {
  const errors: { -readonly [Field in keyof FormErrors]: FormErrors[Field] } = {}
  const id = dataIdOf(form.name)
  if (form.name.trim() === '') errors.name = 'Give it a name.'
  else if (id === '') errors.name = 'The name needs a letter from a to z or a digit.'
  else if (form.name.trim().length > 80) errors.name = `At most 80 characters; these are ${form.name.trim().length}.`
  else if (taken.includes(id)) errors.name = `There is a data set ${id} already. Choose another name.`
  if (form.licence.trim().length > 200) errors.licence = 'At most 200 characters.'
  if (form.source.trim().length > 200) errors.source = 'At most 200 characters.'
  if (!form.sensitive || kind === 'trajectories') return errors
  if (form.privacyUnit.trim() === '') errors.privacyUnit = 'Say who or what is protected.'
  else if (form.privacyUnit.trim().length > 120) errors.privacyUnit = 'At most 120 characters.'
  const { min, max } = budgetBounds
  if (!(form.budget >= min && form.budget <= max)) errors.budget = `A budget lies between ${min} and ${max}.`
  if (form.delta !== null && !(form.delta > 0 && form.delta < 1)) errors.delta = 'δ lies between 0 and 1.'
  return errors
}

/** What is allowed and worth a second thought. */
export function deltaWarning(form: ImportForm, becomes: Inspection['becomes']): string | null {
  const train = becomes?.splits.train ?? 0
  if (form.delta === null || train === 0 || form.delta < 1 / train) return null
  return `Above 1 / ${train}: a method that publishes one whole image at random would count as private.`
}

export function importInput(form: ImportForm, path: string, task: string): CallInput<'data.import'> {
  const { name, privacyUnit, licence, source, environment: _environment, ...rest } = form
  return {
    ...rest,
    path,
    task,
    name: name.trim(),
    privacyUnit: privacyUnit.trim() || emptyForm.privacyUnit,
    licence: licence.trim(),
    source: source.trim(),
  }
}

export function trajectoriesInput(form: ImportForm, path: string, task: string): CallInput<'trajectories.import'> {
  const { name, sensitive, licence, environment } = form
  return { path, task, name: name.trim(), sensitive, licence: licence.trim(), environment: environment || null }
}
