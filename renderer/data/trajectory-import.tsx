/** Import of trajectories: what the source holds on the left, what is to be said about it on the right. */
import type { Inspection } from '../../main/contract/calls/data.ts'
import { formatCount, formatFigure } from '../app/format.ts'
import { Facts } from '../ui/facts.tsx'
import { Segmented, SelectField, TextField } from '../ui/field.tsx'
import { changeForm, useTakenIds, type Source } from './data-store.ts'
import { formErrors } from './import-form.ts'
import { Problems } from './source-facts.tsx'

const tasks = { hopper: 'Hopper', halfcheetah: 'HalfCheetah', walker2d: 'Walker2d' } as const

export function TrajectoryFacts({ found }: { readonly found: Inspection }) {
  const { formatTitle, trajectories: set } = found
  const figure = (value: number) => formatFigure(Math.round(value))
  const rows: [string, string][] = [
    ['Format', formatTitle],
    ...(set
      ? ([
          ['Episodes', formatCount(set.episodes)],
          ['Steps', formatCount(set.steps)],
          ['Observations', `${set.observationSize} figures`],
          ['Actions', `${set.actionSize} figures`],
          ['Returns', `${figure(set.returns.min)} to ${figure(set.returns.max)}, mean ${figure(set.returns.mean)}`],
          ['Ends', `${formatCount(set.ends.terminal)} terminal, ${formatCount(set.ends.timeout)} at the time limit`],
          ['Task', set.environment === null ? 'no simulator known' : tasks[set.environment]],
        ] as [string, string][])
      : []),
  ]
  return (
    <>
      <Facts className="source-facts" rows={rows} />
      <Problems found={found} />
    </>
  )
}

type Found = NonNullable<Inspection['trajectories']>

function environmentOptions({ environment }: Found) {
  const told = environment === null ? 'None, or not known' : `${tasks[environment]}, as the source says`
  const note =
    environment === null
      ? 'Without a simulator an episode cannot be replayed, and what an agent would return is only estimated.'
      : 'Agents are played in it, and episodes replayed.'
  const others = Object.entries(tasks).map(([value, label]) => ({ value: value as keyof typeof tasks, label }))
  return [{ value: '' as const, label: told, note }, ...others.filter(({ value }) => value !== environment)]
}

export function TrajectoryFields({ source, found }: { readonly source: Source; readonly found: Found }) {
  const { form, tried } = source
  const all = formErrors(form, useTakenIds(), 'trajectories')
  const errors = tried || form.name !== '' ? all : {}
  return (
    <fieldset className="import-fields" disabled={source.importing !== null}>
      <TextField label="Name" value={form.name} onChange={(name) => changeForm({ name })} error={errors.name} />
      <Segmented
        label="These episodes are"
        value={form.sensitive ? 'sensitive' : 'public'}
        onChange={(value) => changeForm({ sensitive: value === 'sensitive' })}
        options={[
          {
            value: 'sensitive',
            label: 'Sensitive',
            note: 'About people or secrets. Trajectories have no privacy budget: nothing learnt from them is private in that sense.',
          },
          { value: 'public', label: 'Public', note: 'Anybody may see them.' },
        ]}
      />
      <SelectField
        label="Simulated task"
        value={form.environment}
        options={environmentOptions(found)}
        onChange={(environment) => changeForm({ environment })}
      />
      <TextField
        label="Licence"
        value={form.licence}
        onChange={(licence) => changeForm({ licence })}
        error={errors.licence}
        placeholder="not stated"
        hint="Under what terms you may use them. Appears in every report."
      />
    </fieldset>
  )
}
