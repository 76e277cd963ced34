/** One episode with the whole tab to itself: its replay, and every state and action over its steps. */
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { TrajectorySet } from '../../main/contract/trajectories.ts'
import { LineChart } from '../charts/line-chart.tsx'
import { Button, Tag } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Segmented } from '../ui/field.tsx'
import { dimensionOf, useEpisode, type EpisodeData } from './episode-data.ts'
import { EpisodeList, steps } from './episode-facts.tsx'
import type { Episodes } from './episodes.ts'
import { useLostFocus } from './lost-focus.ts'
import { EpisodeReplay } from './replay/episode-replay.tsx'
import { closeEpisode, showEpisode, toggleSelected, useTrajectories } from './trajectories-store.ts'

const views = [
  { value: 'replay', label: 'Replay' },
  { value: 'states', label: 'States' },
  { value: 'actions', label: 'Actions' },
  { value: 'rewards', label: 'Rewards' },
] as const
type View = (typeof views)[number]['value']

interface Line {
  readonly name: string
  readonly unit: string
  readonly values: readonly number[]
}

function linesOf(found: EpisodeData, view: View): Line[] {
  if (view === 'replay') return []
  if (view === 'rewards') return [{ name: 'reward', unit: '', values: [...found.rewards] }]
  const [names, rows] =
    view === 'states' ? [found.observations, found.observationRows] : [found.actions, found.actionRows]
  return names.map(({ name, unit }, index) => ({ name, unit, values: dimensionOf(rows, names.length, index) }))
}

/** How an episode was looked at last, the next is. */
const looked = createStore<{ readonly view: View }>(() => ({ view: 'states' }))

/** A set without a simulated task has no replay. */
function Plots({ set, found }: { readonly set: TrajectorySet; readonly found: EpisodeData }) {
  const options = set.environment.task === null ? views.slice(1) : views
  const chosen = useStore(looked, ({ view: last }) => last)
  const view = options.some(({ value }) => value === chosen) ? chosen : 'states'
  const lines = useMemo(() => linesOf(found, view).map((line) => ({ ...line, ...steps(line.values) })), [found, view])
  return (
    <section className="episode-plots" aria-label="Over the steps">
      <Segmented
        label="What is plotted"
        hideLabel
        value={view}
        options={options}
        onChange={(next) => looked.setState({ view: next })}
      />
      {view === 'replay' && <EpisodeReplay set={set} id={found.episode.id} />}
      <div className="episode-plot-grid">
        {lines.map(({ name, unit, ...line }, index) => (
          <LineChart
            key={`${view} ${index}`}
            label={name}
            xLabel="step"
            yLabel={unit ? `${name}, ${unit}` : name}
            height={view === 'rewards' ? 260 : 120}
            syncKey={`episode ${found.episode.id}`}
            series={[{ id: name, name, ...line }]}
          />
        ))}
      </div>
    </section>
  )
}

function Head({ episodes, id, places }: { episodes: Episodes; id: number; places: readonly number[] }) {
  const selected = useTrajectories((state) => state.selection.has(id))
  const at = places.findIndex((place) => episodes.ids[place] === id)
  const heading = useLostFocus<HTMLHeadingElement>()
  const go = (by: number) => {
    const next = places[at + by]
    if (next !== undefined) showEpisode(episodes.ids[next]!)
    // A button at its end rests; what a key pressed goes on here.
    if (places[at + 2 * by] === undefined) heading.current?.focus()
  }
  return (
    <header className="episode-head">
      <Button look="bare" icon="back" onClick={closeEpisode}>
        Episodes
      </Button>
      <h1 ref={heading} tabIndex={-1}>
        Episode {id}
      </h1>
      {selected && <Tag>selected</Tag>}
      <div className="episode-actions">
        <Button disabled={at <= 0} onClick={() => go(-1)}>
          Previous
        </Button>
        <Button disabled={at < 0 || at >= places.length - 1} onClick={() => go(1)}>
          Next
        </Button>
        <Button onClick={() => toggleSelected(id)}>{selected ? 'Deselect' : 'Select'}</Button>
      </div>
    </header>
  )
}

interface ViewProps {
  readonly set: TrajectorySet
  readonly episodes: Episodes
  /** The shown episodes: what Previous and Next go through. */
  readonly places: readonly number[]
  readonly id: number
}

export function EpisodeView({ set, episodes, places, id }: ViewProps) {
  const { found, failure, again } = useEpisode(set.id, id)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) closeEpisode()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  return (
    <div className="episode-view">
      <Head {...{ episodes, id, places }} />
      {failure && (
        <EmptyState
          icon="warning"
          title="The episode could not be read"
          lead={`${failure.message} ${failure.hint}`}
          actions={<Button onClick={again}>Try again</Button>}
        />
      )}
      {found && (
        <div className="episode-columns">
          <div className="episode-side">
            <EpisodeList found={found} />
            {set.environment.task === null && (
              <p className="trajectories-note">
                This set has no simulator: an episode is looked at by its states and actions, and what an agent would
                have got is an estimate.
              </p>
            )}
          </div>
          <Plots {...{ set, found }} />
        </div>
      )}
    </div>
  )
}
