/** Right: which episodes are chosen, by which rule, and what may be done with them. */
import { useState } from 'react'
import { idsInWords, parseEpisodeIds } from '../../main/contract/episode-ids.ts'
import { LetheError } from '../../main/contract/errors.ts'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import type { Failure } from '../app/bridge.ts'
import { formatCount } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { NumberField, SelectField, TextField } from '../ui/field.tsx'
import { notify } from '../ui/notices.tsx'
import type { Episodes } from './episodes.ts'
import { selectByRule } from './trajectories-feed.ts'
import { SelectionActions } from './selection-actions.tsx'
import { useAgent, useTrajectories } from './trajectories-store.ts'
import { clearSelection, replaceSelection } from './undoing.ts'

const rules = [
  { value: 'tail', label: 'The last ones', note: 'The published choice: just before the held-out end, unshuffled.' },
  { value: 'random', label: 'At random', note: 'Drawn with the seed.' },
  { value: 'highest', label: 'Highest returns', note: 'What the agent has most to lose by.' },
  { value: 'lowest', label: 'Lowest returns', note: 'Poor or poisoned episodes are often among these.' },
  { value: 'ids', label: 'By number', note: 'Apart by commas or spaces; 10-40 means all from 10 to 40.' },
] as const
type Rule = (typeof rules)[number]['value']

/** As a person would type them; null after a notice that says why there are none. */
async function readIds(file: File): Promise<string | null> {
  try {
    return parseEpisodeIds(await file.text(), file.name).join(', ')
  } catch (error) {
    const { code, message, hint } =
      error instanceof LetheError
        ? error
        : new LetheError('file-unreadable', `${file.name} cannot be read.`, 'Look whether it may be opened.')
    notify({ kind: 'failed', code, message, hint })
    return null
  }
}

function IdsFile({ onIds }: { readonly onIds: (ids: string) => void }) {
  return (
    <label className="button trajectories-file">
      From a file…
      <input
        type="file"
        accept=".csv,.txt,.tsv"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void readIds(file).then((ids) => ids !== null && onIds(ids))
        }}
      />
    </label>
  )
}

function Rules() {
  const agent = useAgent()
  const [rule, setRule] = useState<Rule>('tail')
  const [percent, setPercent] = useState<number | null>(1)
  const [seed, setSeed] = useState<number | null>(1)
  const [ids, setIds] = useState('')
  const [trouble, setTrouble] = useState<Failure | null>(null)
  const byShare = rule !== 'ids'
  const apply = (typed = ids) =>
    void selectByRule(byShare ? `${rule}:${(percent ?? 0) / 100}` : `ids:${idsInWords(typed)}`, seed ?? 1).then(
      setTrouble,
    )
  const ready = byShare ? percent !== null && percent > 0 && percent < 100 : ids.trim() !== ''
  return (
    <section className="trajectories-part" aria-label="Select by rule">
      <h2>Select by rule</h2>
      <SelectField label="Which" value={rule} options={rules} onChange={setRule} />
      {byShare ? (
        <div className="trajectories-pair">
          <NumberField label="Share" unit="%" value={percent} min={0} max={100} step={1} onChange={setPercent} />
          {rule === 'random' && <NumberField label="Seed" value={seed} min={0} onChange={setSeed} />}
        </div>
      ) : (
        <TextField label="Numbers" mono value={ids} onChange={setIds} onEnter={apply} placeholder="3, 14-16" />
      )}
      <div className="trajectories-buttons">
        <Button disabled={!ready} onClick={() => apply()}>
          Select
        </Button>
        {!byShare && (
          <IdsFile
            onIds={(found) => {
              setIds(found)
              apply(found)
            }}
          />
        )}
      </div>
      {trouble && (
        <p className="trajectories-trouble" role="alert">
          {trouble.message}
        </p>
      )}
      {agent && (
        <p className="trajectories-note">
          Of the episodes that the chosen agent was trained on: it can forget no others.
        </p>
      )}
    </section>
  )
}

interface PanelProps {
  readonly set: TrajectorySet
  readonly episodes: Episodes
  readonly places: readonly number[]
}

export function SelectionPanel({ set, episodes, places }: PanelProps) {
  const selection = useTrajectories((state) => state.selection)
  const filtered = useTrajectories((state) => state.query.trim() !== '')
  const steps = episodes.ids.reduce((sum, id, place) => sum + (selection.has(id) ? episodes.lengths[place]! : 0), 0)
  const share = (100 * steps) / set.steps
  return (
    <>
      <section className="trajectories-part" aria-label="Selection">
        <h2>Selection</h2>
        <p className="trajectories-count" aria-live="polite">
          <span className="number">{formatCount(selection.size)}</span> {selection.size === 1 ? 'episode' : 'episodes'}
          {selection.size > 0 && (
            <span className="trajectories-note">
              <span className="number">{formatCount(steps)}</span> steps,{' '}
              <span className="number">{share < 0.1 ? '< 0.1' : share.toFixed(1)} %</span> of the set
            </span>
          )}
        </p>
        <div className="trajectories-buttons">
          {filtered && places.length > 0 && (
            <Button onClick={() => replaceSelection(places.map((place) => episodes.ids[place]!))}>
              Select the {formatCount(places.length)} shown
            </Button>
          )}
          {selection.size > 0 && <Button onClick={clearSelection}>Clear</Button>}
        </div>
        {selection.size > 0 && <SelectionActions set={set} />}
      </section>
      <Rules />
    </>
  )
}
