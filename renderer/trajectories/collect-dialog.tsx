/** A set made here: a policy that ships plays in one of the simulated tasks. */
import { useEffect, useState } from 'react'
import type { CallInput } from '../../main/contract/calls.ts'
import type { SimulatedTask } from '../../main/contract/calls/trajectories.ts'
import { dataIdOf } from '../../main/contract/data-id.ts'
import { ask } from '../app/bridge.ts'
import { formatCount, formatFigure } from '../app/format.ts'
import { showFailure, usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { NumberField, SelectField, TextField } from '../ui/field.tsx'
import { collect } from './sets-actions.ts'
import { trajectoriesStore, useTrajectories } from './trajectories-store.ts'

type Draft = Omit<CallInput<'trajectories.collect'>, 'task'> & { readonly expertShare: number }

/** `medium-expert` is the two, one after the other. */
function policyOptions({ policies, score }: SimulatedTask) {
  const measured = policies.map((one) => ({
    value: one.level as Draft['policy'],
    label: one.level === 'medium' ? 'Medium' : 'Expert',
    note: `Returns ${formatFigure(Math.round(one.return))} on average: ${one.score.toFixed(0)} where 0 is random and 100 D4RL’s expert.`,
  }))
  return [
    { value: 'medium-expert', label: 'Medium, then expert', note: 'Half of the episodes each is the usual benchmark.' },
    ...measured,
    {
      value: 'random',
      label: 'Random',
      note: `Actions without sense: about ${formatFigure(Math.round(score.min))} on average.`,
    },
  ] as { value: Draft['policy']; label: string; note: string }[]
}

const variants = [
  { value: 'v4', label: 'Gymnasium v4', note: 'What D4RL’s semantics are.' },
  { value: 'v5', label: 'Gymnasium v5', note: 'The bonus for standing only where a step ends standing.' },
  { value: 'd4rl', label: 'D4RL’s body masses', note: 'v4 with the masses of the engine that D4RL was made with.' },
] as const

const first: Draft = {
  ...{
    environment: 'hopper',
    policy: 'medium-expert',
    expertShare: 0.5,
    episodes: 200,
    noise: 0.1,
    seed: 1,
    variant: 'v4',
    name: '',
  },
}

function useTasks(): readonly SimulatedTask[] {
  const [tasks, setTasks] = useState<readonly SimulatedTask[]>([])
  useEffect(() => {
    void ask('trajectories.tasks', {}, showFailure).then((found) => found && setTasks(found))
  }, [])
  return tasks
}

interface FieldsProps {
  readonly task: SimulatedTask
  readonly tasks: readonly SimulatedTask[]
  readonly draft: Draft
  readonly name: string
  readonly error: string | null
  readonly change: (part: Partial<Draft>) => void
}

function Fields({ task, tasks, draft, name, error, change }: FieldsProps) {
  const { policy, expertShare, episodes, noise, seed, variant } = draft
  return (
    <div className="collect-fields">
      <SelectField
        label="Task"
        value={draft.environment}
        options={tasks.map(({ id, title }) => ({ value: id, label: title }))}
        hint={`${task.observation.length} observations, ${task.actions.length} actions, at most ${formatCount(task.episodeSteps)} steps an episode.`}
        onChange={(environment) => change({ environment })}
      />
      <SelectField
        label="Who plays"
        value={policy}
        options={policyOptions(task)}
        onChange={(value) => change({ policy: value })}
      />
      {policy === 'medium-expert' && (
        <NumberField
          label="Share of the expert’s"
          value={expertShare}
          min={0.01}
          max={0.99}
          step={0.05}
          hint="The last episodes. With few of them, they alone teach what the expert does: a forget set that matters."
          onChange={(value) => change({ expertShare: value ?? 0 })}
        />
      )}
      <div className="trajectories-pair">
        <NumberField
          label="Episodes"
          value={episodes}
          min={1}
          max={100_000}
          step={10}
          onChange={(value) => change({ episodes: value ?? 0 })}
        />
        <NumberField label="Seed" value={seed} min={0} onChange={(value) => change({ seed: value ?? -1 })} />
      </div>
      <NumberField
        label="Noise on actions"
        value={noise}
        min={0}
        max={1}
        step={0.01}
        hint="Standard deviation, before an action is cut to ±1. With little of it a set shows one way to act, from which nothing can be learnt."
        onChange={(value) => change({ noise: value ?? -1 })}
      />
      <SelectField
        label="Physics"
        value={variant}
        options={variants}
        onChange={(value) => change({ variant: value })}
      />
      <TextField label="Name" value={name} error={error} onChange={(value) => change({ name: value })} />
    </div>
  )
}

const within = (value: number, least: number, most: number): boolean => value >= least && value <= most

/** The second set of a policy is its second. */
function freeName(name: string, ids: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const next = count === 1 ? name : `${name} ${count}`
    if (!ids.has(dataIdOf(next))) return next
  }
}

function OpenCollect({ onClose }: { readonly onClose: () => void }) {
  const tasks = useTasks()
  const taken = useTrajectories((state) => state.sets) ?? []
  const images = usePage((state) => state.datasets) ?? []
  const [draft, setDraft] = useState(first)
  const task = tasks.find(({ id }) => id === draft.environment)
  const ids = new Set([...taken, ...images].map((set) => set.id))
  const name = draft.name || freeName(`${task?.title ?? ''} ${draft.policy}`, ids)
  const id = dataIdOf(name)
  const error = ids.has(id)
    ? `There is a data set ${id} already. Choose another name.`
    : id === ''
      ? 'The name needs a letter from a to z or a digit.'
      : null
  if (!task) return null // so that the dialog opens on its first field
  const { episodes, expertShare, noise, seed } = draft
  const ready =
    Number.isInteger(episodes) &&
    episodes >= 1 &&
    episodes <= 100_000 &&
    within(noise, 0, 1) &&
    seed >= 0 &&
    within(expertShare, 0.01, 0.99)
  const start = () => {
    onClose()
    void collect({ ...draft, name })
  }
  return (
    <Dialog
      open
      title="Collect trajectories"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!ready || error !== null} onClick={start}>
            Collect
          </Button>
        </>
      }
    >
      <p className="collect-lead">
        A policy that ships with Lethe plays, and every step is recorded. The same settings and seed give the same set
        on the same machine.
      </p>
      <Fields {...{ task, tasks, draft, name, error }} change={(part) => setDraft({ ...draft, ...part })} />
    </Dialog>
  )
}

export const openCollect = (): void => trajectoriesStore.setState({ collecting: true })

export function CollectDialog() {
  const open = useTrajectories((state) => state.collecting)
  return open && <OpenCollect onClose={() => trajectoriesStore.setState({ collecting: false })} />
}
