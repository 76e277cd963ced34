/** Right: what can be set of a training. */
import type { AlgorithmFacts } from '../../main/contract/calls/forgetting.ts'
import { formatCount } from '../app/format.ts'
import { NumberField, Segmented } from '../ui/field.tsx'
import { AdvancedSettings } from '../ui/schema-form.tsx'
import { start } from './agents-feed.ts'
import { changeTrain, firstTrain, useAgents, withField } from './agents-store.ts'
import { algorithmWords, trainPresets } from './method-words.ts'
import { ResetForm, SeedAndDevice, StartPanel } from './start-panel.tsx'
import { useTrajectories } from './trajectories-store.ts'

function AlgorithmChooser({ algorithms, chosen }: { algorithms: readonly AlgorithmFacts[]; chosen: string }) {
  return (
    <fieldset className="agents-part">
      <legend>Algorithm</legend>
      {algorithms.map(({ id, title, paper }) => (
        <div key={id}>
          <label className="agents-choice">
            <input
              type="radio"
              name="algorithm"
              checked={id === chosen}
              onChange={() => changeTrain({ algorithm: id, set: {} })}
            />
            <span>{title}</span>
          </label>
          {id === chosen && (
            <p className="agents-choice-note">
              {algorithmWords[id]} {paper}.
            </p>
          )}
        </div>
      ))}
    </fieldset>
  )
}

export function TrainForm() {
  const algorithms = useTrajectories((state) => state.algorithms)
  const { draft, plan, trouble } = useAgents((state) => state.train)
  const starting = useAgents((state) => state.starting)
  const algorithm = algorithms.find(({ id }) => id === draft.algorithm)
  if (!algorithm) return null
  // The lab's answer knows what follows from the number of updates; until it is there the preset's own values stand.
  const fits = plan?.config['algorithm'] === algorithm.id && plan.config['preset'] === draft.preset
  const preset = fits ? plan.preset : (algorithm.presets[draft.preset] ?? {})
  const set = (name: string, value: unknown) =>
    changeTrain({ set: withField(draft.set, algorithm.presets[draft.preset] ?? preset, name, value) })
  const steps = draft.set['steps'] ?? preset['steps']
  return (
    <>
      <div className="agents-settings">
        <AlgorithmChooser algorithms={algorithms} chosen={algorithm.id} />
        <section className="agents-part">
          <h2>Training</h2>
          <Segmented
            label="Preset"
            value={draft.preset}
            options={trainPresets}
            onChange={(value) => changeTrain({ preset: value, set: {} })}
          />
          <NumberField
            label="Updates"
            value={typeof steps === 'number' ? steps : null}
            min={1}
            max={10_000_000}
            step={1000}
            hint={`${formatCount(Number(algorithm.presets[draft.preset]?.['steps']))} in this preset; a million in the papers.`}
            onChange={(value) => value !== null && set('steps', value)}
          />
          <SeedAndDevice draft={draft} onChange={changeTrain} />
        </section>
        <AdvancedSettings
          key={`${algorithm.id} ${draft.preset}`}
          schema={algorithm.configSchema}
          preset={preset}
          set={draft.set}
          onSet={set}
          onReplace={(values) => changeTrain({ set: values })}
        />
        <ResetForm draft={draft} first={firstTrain} onReset={changeTrain} />
      </div>
      <StartPanel
        plan={fits ? plan.plan : null}
        obstacle={trouble ?? (fits ? plan.obstacle : null)}
        missing={null}
        action="Start training"
        starting={starting}
        onStart={start}
      />
    </>
  )
}
