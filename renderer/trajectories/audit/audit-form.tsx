/** Right: which agent is audited on which trajectories, and what that takes. */
import { formatCount, formatTime } from '../../app/format.ts'
import { Button } from '../../ui/controls.tsx'
import { Segmented, SelectField } from '../../ui/field.tsx'
import { AdvancedSettings } from '../../ui/schema-form.tsx'
import { showTraining, withField } from '../agents-store.ts'
import { useLostFocus } from '../lost-focus.ts'
import { missingToAudit } from '../missing.ts'
import { agentWords } from '../sets-column.tsx'
import { ResetForm, SeedAndDevice, StartPanel } from '../start-panel.tsx'
import { useAgent, useTrajectories } from '../trajectories-store.ts'
import { startAudit } from './audit-feed.ts'
import { referencesOf } from './references.ts'
import { changeDraft, firstDraft, useAudit, type AuditPlan } from './audit-store.ts'

const presets = [
  { value: 'tiny', label: 'Tiny', note: 'To see that it runs: shadows of 8 updates.' },
  { value: 'desk', label: 'Desk', note: 'Shadows of 0.5 % of the training each.' },
  { value: 'paper', label: 'Paper', note: 'Shadows of 5000 updates, and all sampled actions.' },
] as const

const critics = [
  {
    value: 'released',
    label: 'As released',
    note: 'Its own critic on the forget set and the control, the original’s on the remaining.',
  },
  {
    value: 'consistent',
    label: 'Consistent',
    note: 'The original’s critic for all: only what the agents would do counts.',
  },
] as const

function What() {
  const agent = useAgent()
  const draft = useAudit((state) => state.draft)
  const agents = useTrajectories((state) => state.agents)
  const algorithms = useTrajectories((state) => state.algorithms)
  const episodes = useTrajectories((state) => state.episodes)
  const selected = useTrajectories((state) => state.selection.size)
  const titleOf = (id: string) => algorithms.find((one) => one.id === id)?.title
  const heading = useLostFocus<HTMLHeadingElement>()
  if (!agent)
    return (
      <section className="agents-part agents-what">
        <h2 ref={heading} tabIndex={-1}>
          What is audited
        </h2>
        <p>
          <span className="trajectories-note">Agent</span>
          none that can be audited
          <Button look="bare" onClick={showTraining}>
            Train one
          </Button>
        </p>
      </section>
    )
  const references = episodes ? referencesOf(agent, agents, episodes) : []
  return (
    <section className="agents-part">
      <h2 ref={heading} tabIndex={-1}>
        What is audited
      </h2>
      <p>
        {agentWords(agent, titleOf(agent.algorithm))}
        <span className="trajectories-note audit-original">
          {agent.original === null
            ? 'An agent that forgot nothing: an audit of it shows false alarms only.'
            : 'Held against shadows of the agent it was made from.'}
        </span>
      </p>
      <SelectField
        label="Episodes"
        value={draft.episodes}
        options={[
          {
            value: 'auto',
            label: 'Forget set and a sample',
            note: 'All that was forgotten, and as many remaining and never-seen ones, 60 at most.',
          },
          { value: 'all', label: 'All episodes' },
          { value: 'selected', label: `Selected in the table (${formatCount(selected)})` },
        ]}
        onChange={(episodes) => changeDraft({ episodes })}
      />
      <SelectField
        label="Reference trained anew"
        value={draft.retrained ?? ''}
        options={[
          { value: '', label: 'none', note: 'With one, the auditor itself is judged and the distance to it is told.' },
          ...references.map((one) => ({
            value: one.run,
            label: `${agentWords(one, titleOf(one.algorithm))}, ${formatTime(one.created, new Date())}`,
          })),
        ]}
        onChange={(run) => changeDraft({ retrained: run === '' ? null : run })}
      />
    </section>
  )
}

function Cost({ plan }: { readonly plan: AuditPlan }) {
  const { shadows, forgotten, remaining, neverSeen } = plan
  const { count, steps, made } = shadows
  return (
    <div className="agents-touched">
      <p>
        {formatCount(forgotten)} of the forget set, {formatCount(remaining)} remaining, {formatCount(neverSeen)} never
        seen.
      </p>
      <p className="trajectories-note">
        {made === count
          ? `Its ${count} shadow agents are there from an earlier audit.`
          : `${count - made} of ${count} shadow agents are trained first, ${formatCount(steps)} updates each; they are kept for the next audit.`}{' '}
        No agent is changed.
      </p>
    </div>
  )
}

export function AuditForm() {
  const { draft, plan, schema, trouble, starting } = useAudit((state) => state)
  const agent = useAgent() !== null
  const selected = useTrajectories((state) => state.selection.size)
  const preset = plan?.preset ?? {}
  const { critic, ...fields } = draft.set
  const setCritic = (value: string) =>
    changeDraft({ set: withField(draft.set, { critic: critics[0].value }, 'critic', value) })
  const replace = (set: Record<string, unknown>) =>
    changeDraft({ set: critic === undefined ? set : { ...set, critic } })
  return (
    <>
      <div className="agents-settings">
        <What />
        <section className="agents-part">
          <h2>Run</h2>
          <Segmented
            label="Preset"
            value={draft.preset}
            options={presets}
            onChange={(value) => changeDraft({ preset: value })}
          />
          <Segmented
            label="Critic"
            help="audit#audit-critic"
            value={critic === 'consistent' ? 'consistent' : 'released'}
            options={critics}
            onChange={setCritic}
          />
          <SeedAndDevice draft={draft} onChange={changeDraft} />
        </section>
        {schema && plan && (
          <AdvancedSettings
            schema={schema}
            preset={preset}
            set={fields}
            onSet={(name, value) =>
              name === 'critic' ? setCritic(String(value)) : replace(withField(fields, preset, name, value))
            }
            onReplace={replace}
          />
        )}
        <ResetForm draft={draft} first={firstDraft} onReset={changeDraft} />
      </div>
      <StartPanel
        plan={plan?.plan ?? null}
        obstacle={trouble ?? plan?.obstacle ?? null}
        missing={missingToAudit({ agent, selected, episodes: draft.episodes })}
        action="Start audit"
        starting={starting}
        onStart={startAudit}
      >
        {plan && <Cost plan={plan} />}
      </StartPanel>
    </>
  )
}
