/** Words to find runs by, and further filters behind a button. */
import { useMemo, useState } from 'react'
import type { RunState, RunSummary } from '../../main/contract/run.ts'
import { Icon } from '../ui/icons.tsx'
import { SelectField } from '../ui/field.tsx'
import { allRuns, choicesOf, orders, type ListQuery, type Order } from './list-query.ts'
import { changeQuery, useRuns } from './runs-store.ts'
import { stateWords } from './state.tsx'

const any = { value: '', label: 'Any' } as const
const options = (values: readonly string[]) => [any, ...values.map((value) => ({ value, label: value }))]

const isFiltered = ({ state, data, method, tag }: ListQuery): boolean => [state, data, method, tag].some(Boolean)

function Filters({ runs }: { readonly runs: readonly RunSummary[] }) {
  const query = useRuns((state) => state.query)
  const choices = useMemo(() => choicesOf(runs), [runs])
  const states = Object.entries(stateWords).map(([value, label]) => ({ value: value as RunState, label }))
  return (
    <div className="list-filters">
      <SelectField
        label="Order"
        value={query.order}
        options={Object.entries(orders).map(([value, label]) => ({ value: value as Order, label }))}
        onChange={(order) => changeQuery({ order })}
      />
      <SelectField<RunState | ''>
        label="State"
        value={query.state}
        options={[any, ...states]}
        onChange={(state) => changeQuery({ state })}
      />
      {(['data', 'method', 'tag'] as const).map((facet) => (
        <SelectField
          key={facet}
          label={{ data: 'Data set', method: 'Method', tag: 'Tag' }[facet]}
          value={query[facet]}
          options={options(choices[facet])}
          onChange={(value) => changeQuery({ [facet]: value })}
        />
      ))}
      {isFiltered(query) && (
        <button type="button" className="link" onClick={() => changeQuery({ ...allRuns, words: query.words })}>
          Show all
        </button>
      )}
    </div>
  )
}

export function ListFilter({ runs }: { readonly runs: readonly RunSummary[] }) {
  const query = useRuns((state) => state.query)
  const [open, setOpen] = useState(false)
  return (
    <div className="list-filter">
      <div className="list-search">
        <Icon name="search" size={14} />
        <input
          type="search"
          aria-label="Find runs"
          title="Words that must all occur; * stands for anything"
          placeholder="Find runs"
          spellCheck={false}
          value={query.words}
          onChange={(event) => changeQuery({ words: event.target.value })}
        />
        <button
          type="button"
          className="filter-button"
          aria-expanded={open}
          data-filtered={isFiltered(query) || undefined}
          onClick={() => setOpen(!open)}
        >
          {isFiltered(query) ? 'Filtered' : 'Filter'}
          <Icon name={open ? 'up' : 'down'} size={12} />
        </button>
      </div>
      {open && <Filters runs={runs} />}
    </div>
  )
}
