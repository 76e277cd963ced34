/** Right: which episodes an agent is to forget, in which way, and what that takes and touches. */
import { useMemo } from 'react'
import { formatCount } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { Segmented } from '../ui/field.tsx'
import { Explain } from '../ui/hint.tsx'
import { AdvancedSettings } from '../ui/schema-form.tsx'
import { start } from './agents-feed.ts'
import { changeUnlearn, firstUnlearn, showTraining, useAgents, withField, type UnlearnPlan } from './agents-store.ts'
import { learntOf } from './episodes.ts'
import { useLostFocus } from './lost-focus.ts'
import { hasModes, methods, modes, unlearnPresets } from './method-words.ts'
import { missingToUnlearn } from './missing.ts'
import { agentWords } from './sets-column.tsx'
import { ResetForm, SeedAndDevice, StartPanel } from './start-panel.tsx'
import { selectByHand, showTab, useAgent, useTrajectories } from './trajectories-store.ts'

/** Which of the selected episodes the agent can forget, and how many it never saw or has forgotten. */
function useKnown(): { known: readonly number[]; strange: number } {
  const agent = useAgent()
  const episodes = useTrajectories((state) => state.episodes)
  const selection = useTrajectories((state) => state.selection)
  return useMemo(() => {
    if (!agent || !episodes) return { known: [], strange: 0 }
    const learnt = learntOf(agent, episodes)
    const known = [...selection].filter((id) => learnt.has(id))
    return { known, strange: selection.size - known.length }
  }, [agent, episodes, selection])
}

/** Which agent, and which episodes: both are chosen elsewhere, and said here. */
function What() {
  const agent = useAgent()
  const selection = useTrajectories((state) => state.selection)
  const title = useTrajectories((state) => state.algorithms.find(({ id }) => id === agent?.algorithm)?.title)
  const { known, strange } = useKnown()
  const heading = useLostFocus<HTMLHeadingElement>(useAgents((state) => state.asked))
  return (
    <section className="agents-part agents-what">
      <h2 ref={heading} tabIndex={-1}>
        What is forgotten
      </h2>
      <p>
        <span className="trajectories-note">Agent</span>
        {agent ? agentWords(agent, title) : 'none that can be made to forget'}
        {!agent && (
          <Button look="bare" onClick={showTraining}>
            Train one
          </Button>
        )}
      </p>
      <p>
        <span className="trajectories-note">Episodes</span>
        {selection.size === 0 ? 'none selected' : `${formatCount(selection.size)} selected`}
        <Button look="bare" onClick={() => showTab('trajectories')}>
          {selection.size === 0 ? 'Select some' : 'Change'}
        </Button>
      </p>
      {strange > 0 && (
        <p className="agents-strange">
          <span>
            {known.length === 0
              ? 'It never saw these, or has forgotten them: there is nothing to forget.'
              : `${formatCount(strange)} of them it never saw, or has forgotten.`}
          </span>
          {known.length > 0 && <Button onClick={() => selectByHand(known)}>Leave out</Button>}
        </p>
      )}
    </section>
  )
}

function Method() {
  const { method, set } = useAgents((state) => state.unlearn.draft)
  const mode = modes.find(({ value }) => value === set['mode']) ?? modes[0]
  return (
    <fieldset className="agents-part">
      <legend>
        Method <Explain page="forgetting#unlearning" term="the methods" />
      </legend>
      {methods.map(({ value, label, note }) => (
        <div key={value}>
          <label className="agents-choice">
            <input
              type="radio"
              name="unlearn-method"
              checked={value === method}
              onChange={() => changeUnlearn({ method: value })}
            />
            <span>{label}</span>
          </label>
          {value === method && <p className="agents-choice-note">{note}</p>}
        </div>
      ))}
      {hasModes(method) && (
        <Segmented
          label="An update on selected episodes"
          value={mode.value}
          options={modes}
          onChange={(value) => changeUnlearn({ set: withField(set, { mode: modes[0].value }, 'mode', value) })}
        />
      )}
    </fieldset>
  )
}

const episodes = (count: number): string => `${formatCount(count)} ${count === 1 ? 'episode' : 'episodes'}`

function Touched({ plan }: { readonly plan: UnlearnPlan }) {
  const share = (100 * plan.updates) / plan.trained
  return (
    <div className="agents-touched">
      <p>
        {formatCount(plan.updates)} updates, {share < 0.1 ? '< 0.1' : share.toFixed(1)} % of its training. Forgets{' '}
        {episodes(plan.forgotten)}, goes on with {formatCount(plan.remaining)};{' '}
        {plan.neverSeen === 0 ? 'none was never seen' : `${formatCount(plan.neverSeen)} never seen, to compare`}.
      </p>
      <p className="trajectories-note">
        Makes a new agent. The original, its checkpoints and the episodes stay: only a deletion request removes them.
      </p>
    </div>
  )
}

export function UnlearnForm() {
  const { draft, plan, trouble } = useAgents((state) => state.unlearn)
  const schema = useAgents((state) => state.unlearnSchema)
  const starting = useAgents((state) => state.starting)
  const agent = useAgent()
  const selected = useTrajectories((state) => state.selection.size)
  const { strange } = useKnown()
  const { mode: _mode, ...fields } = draft.set
  const preset = plan?.preset ?? {}
  const shown = agent && selected > 0 ? plan : null
  const mode = draft.set['mode']
  const replace = (set: Record<string, unknown>) => changeUnlearn({ set: mode === undefined ? set : { ...set, mode } })
  return (
    <>
      <div className="agents-settings">
        <What />
        <Method />
        <section className="agents-part">
          <h2>Run</h2>
          <Segmented
            label="Preset"
            value={draft.preset}
            options={unlearnPresets}
            onChange={(value) => changeUnlearn({ preset: value })}
          />
          <SeedAndDevice draft={draft} onChange={changeUnlearn} />
        </section>
        {schema && shown && (
          <>
            <AdvancedSettings
              schema={schema}
              preset={preset}
              set={fields}
              onSet={(name, value) => replace(withField(fields, preset, name, value))}
              onReplace={replace}
            />
            <p className="trajectories-note agents-trap">
              Balance (λ) is a weak knob: Adam divides a constant factor out but for what it remembers of the other
              blocks.
            </p>
          </>
        )}
        <ResetForm draft={draft} first={firstUnlearn} onReset={changeUnlearn} />
      </div>
      <StartPanel
        plan={shown?.plan ?? null}
        missing={missingToUnlearn({ agent: agent !== null, selected, strange })}
        obstacle={trouble ?? plan?.obstacle ?? null}
        action="Start unlearning"
        starting={starting}
        onStart={start}
      >
        {shown && <Touched plan={shown} />}
      </StartPanel>
    </>
  )
}
