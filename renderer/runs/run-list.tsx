/** All runs of the project: found by words and filters, chosen by arrow keys, marked with Control, Shift or Space. */
import { useEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { RunSummary } from '../../main/contract/run.ts'
import { selectRun } from '../app/feed.ts'
import { formatCount } from '../app/format.ts'
import { queryRuns } from './list-query.ts'
import { afterClick, afterKey, type Choice } from './list-choice.ts'
import { ListFilter } from './list-filter.tsx'
import { DamagedRuns } from './damaged-runs.tsx'
import { MarkedRuns } from './marked-runs.tsx'
import { RunItem } from './run-item.tsx'
import { compareRuns, markRuns, useRuns } from './runs-store.ts'
import './run-list.css'

const rowHeight = 50

interface ListProps {
  readonly runs: readonly RunSummary[]
  readonly selected: string | null
}

function choose({ selected, marked }: Choice, before: string | null): void {
  markRuns(marked)
  if (selected === null || selected === before) return
  compareRuns(null)
  void selectRun(selected)
}

function Rows({ runs, selected }: ListProps) {
  const marked = useRuns((state) => state.marked)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    getItemKey: (index) => runs[index]?.id ?? index,
  })
  const ids = useMemo(() => runs.map(({ id }) => id), [runs])
  const place = selected === null ? -1 : ids.indexOf(selected)
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place)
  }, [place, rows])
  const onKeyDown = (event: KeyboardEvent) => {
    const choice = afterKey(event, ids, { selected, marked })
    if (!choice) return
    event.preventDefault()
    choose(choice, selected)
  }
  const onClick = (event: MouseEvent, id: string) => choose(afterClick(event, id, ids, { selected, marked }), selected)
  const seen = rows.getVirtualItems()
  return (
    <div
      ref={scroller}
      className="run-rows"
      role="listbox"
      aria-label="Runs"
      aria-multiselectable="true"
      aria-activedescendant={seen.some(({ index }) => index === place) ? `run-${selected}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {seen.map(({ index, start }) => {
          const run = runs[index]
          if (!run) return null
          return (
            <div key={run.id} className="run-row" style={{ transform: `translateY(${start}px)`, height: rowHeight }}>
              <RunItem run={run} shown={index === place} marked={marked.has(run.id)} onClick={onClick} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

export function RunList({ runs, selected }: ListProps) {
  const query = useRuns((state) => state.query)
  const found = useMemo(() => queryRuns(runs, query), [runs, query])
  return (
    <section className="run-list" aria-label="Runs">
      <header>
        <h2>
          Runs{' '}
          <span className="number">
            {found.length === runs.length
              ? formatCount(runs.length)
              : `${formatCount(found.length)} of ${formatCount(runs.length)}`}
          </span>
        </h2>
      </header>
      <ListFilter runs={runs} />
      {found.length > 0 ? (
        <Rows runs={found} selected={selected} />
      ) : (
        <p className="no-runs">No run is like that. Use other words, or show all.</p>
      )}
      <DamagedRuns />
      <MarkedRuns runs={found} />
    </section>
  )
}
