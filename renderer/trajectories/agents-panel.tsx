/** Agents: those there are or one at work in the middle, and on the right what makes another. */
import { useEffect } from 'react'
import { usePage } from '../app/store.ts'
import { selectRun } from '../app/feed.ts'
import { Segmented } from '../ui/field.tsx'
import { AgentRun } from './agent-run.tsx'
import { AgentsList } from './agents-list.tsx'
import { followPlans } from './agents-feed.ts'
import { showForm, useAgents } from './agents-store.ts'
import { ImportAgentForm } from './import-agent/import-agent-form.tsx'
import { useLostFocus } from './lost-focus.ts'
import { NoTrajectories } from './no-trajectories.tsx'
import { TrainForm } from './train-form.tsx'
import { useSet, useTrajectories } from './trajectories-store.ts'
import { UnlearnForm } from './unlearn-form.tsx'
import './agents.css'

const forms = [
  { value: 'train', label: 'Train', Form: TrainForm },
  { value: 'unlearn', label: 'Make it forget', Form: UnlearnForm },
  { value: 'import', label: 'Import', Form: ImportAgentForm },
] as const

export function AgentsPanel() {
  const set = useSet()
  const form = useAgents((state) => state.form)
  const settings = useLostFocus<HTMLElement>(useAgents((state) => state.asked))
  const shown = useTrajectories((state) => state.run)
  const run = usePage((state) => state.runs?.find(({ id }) => id === shown))
  useEffect(followPlans, [])
  // Another screen may have chosen another run since.
  useEffect(() => {
    if (shown !== null) void selectRun(shown)
  }, [shown])
  if (!set) return <NoTrajectories />
  const { Form } = forms.find(({ value }) => value === form) ?? forms[0]
  return (
    <div className="agents">
      {run ? <AgentRun key={run.id} run={run} /> : <AgentsList set={set} />}
      <aside ref={settings} tabIndex={-1} className="agents-right" aria-label="Settings">
        <Segmented label="What to do" hideLabel value={form} options={forms} onChange={showForm} />
        <Form />
      </aside>
    </div>
  )
}
