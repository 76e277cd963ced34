/** The episodes of the chosen set: found, compared, selected; and one of them looked at closely. */
import { useMemo, useRef } from 'react'
import { useCommands } from '../app/commands.ts'
import { formatCount } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icons.tsx'
import { EpisodeFacts } from './episode-facts.tsx'
import { placesOf, readQuery } from './episode-query.ts'
import { EpisodeScatter } from './episode-scatter.tsx'
import { EpisodeTable } from './episode-table.tsx'
import { EpisodeView } from './episode-view.tsx'
import type { Episodes } from './episodes.ts'
import { NoTrajectories } from './no-trajectories.tsx'
import { ReturnsHistogram } from './returns-histogram.tsx'
import { SelectionPanel } from './selection-panel.tsx'
import { chooseSet } from './trajectories-feed.ts'
import { noneSelected, setQuery, showOnlySelected, useSet, useTrajectories } from './trajectories-store.ts'
import './episodes.css'

interface FilterProps {
  readonly trouble: string | null
  readonly episodes: Episodes
  readonly shown: number
}

/** Goes through what is selected, however it came to be: by hand, by a rule, around points. */
function OnlySelected() {
  const on = useTrajectories((state) => state.only !== null)
  const count = useTrajectories((state) => state.selection.size)
  return (
    <label className="episodes-only">
      <input
        type="checkbox"
        checked={on}
        disabled={!on && count === 0}
        onChange={(event) => showOnlySelected(event.target.checked)}
      />
      Only selected
    </label>
  )
}

function Filter({ trouble, episodes, shown }: FilterProps) {
  const query = useTrajectories((state) => state.query)
  const field = useRef<HTMLInputElement>(null)
  useCommands([{ id: 'forgetting.filter', run: () => field.current?.select() }])
  return (
    <div className="episodes-filter">
      <label>
        <Icon name="search" />
        <input
          ref={field}
          type="search"
          className="input"
          aria-label="Filter episodes"
          aria-describedby="episodes-filter-note"
          placeholder="Filter: expert return>900 10-40"
          spellCheck={false}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </label>
      <p id="episodes-filter-note" className="trajectories-note" aria-live="polite">
        {trouble ?? (
          <>
            <span className="number">{formatCount(shown)}</span>
            {shown < episodes.count && (
              <>
                {' '}
                of <span className="number">{formatCount(episodes.count)}</span>
              </>
            )}{' '}
            episodes
          </>
        )}
      </p>
      <OnlySelected />
    </div>
  )
}

function Episodes({ episodes }: { readonly episodes: Episodes }) {
  const set = useSet()
  const text = useTrajectories((state) => state.query)
  const shown = useTrajectories((state) => state.episode)
  const opened = useTrajectories((state) => state.opened)
  const only = useTrajectories((state) => state.only)
  // Where all are shown, a tick changes nothing here.
  const selection = useTrajectories((state) => (state.only === null ? noneSelected : state.selection))
  const query = useMemo(() => readQuery(text, episodes), [text, episodes])
  const places = useMemo(() => placesOf(query, episodes, { only, selection }), [query, episodes, only, selection])
  if (!set) return null
  if (opened && shown !== null) return <EpisodeView {...{ set, episodes, places }} id={shown} />
  return (
    <div className="episodes">
      <div className="episodes-middle">
        <div className="episodes-plots">
          <ReturnsHistogram {...{ episodes, places }} />
          <EpisodeScatter {...{ episodes, places }} />
        </div>
        <Filter trouble={query.trouble} episodes={episodes} shown={places.length} />
        <EpisodeTable {...{ episodes, places }} />
      </div>
      <aside className="trajectories-right" aria-label="Selection and episode">
        <SelectionPanel {...{ set, episodes, places }} />
        {shown !== null && <EpisodeFacts set={set} id={shown} />}
      </aside>
    </div>
  )
}

export function TrajectoriesPanel() {
  const episodes = useTrajectories((state) => state.episodes)
  const unread = useTrajectories((state) => state.unread)
  const data = useTrajectories((state) => state.data)
  const none = useTrajectories((state) => state.sets?.length === 0)
  if (none) return <NoTrajectories />
  if (unread)
    return (
      <EmptyState
        icon="warning"
        title="The episodes could not be read"
        lead="Nothing of the set was changed."
        actions={<Button onClick={() => chooseSet(data)}>Try again</Button>}
      />
    )
  return episodes && <Episodes episodes={episodes} />
}
