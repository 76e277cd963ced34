/** Left: what there is to review, and how far the review is. */
import { useEffect, useRef, type KeyboardEvent } from 'react'
import type { Review, ReviewItem } from '../../main/contract/evidence.ts'
import { formatTime } from '../app/format.ts'
import { Button } from '../ui/controls.tsx'
import { SelectField } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import {
  backToProject,
  chooseBundle,
  reviewStore,
  select,
  shownItems,
  step,
  useReview,
  type Filter,
} from './review-store.ts'
import { chooseReport } from './verify-report.tsx'

const filters: readonly { readonly value: Filter; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Not reviewed' },
  { value: 'confirmed', label: 'Confirmed' },
  { value: 'disputed', label: 'Disputed' },
]

export function VerdictSign({ verdict }: { readonly verdict: ReviewItem['standing']['verdict'] }) {
  const words = { confirmed: 'Confirmed', disputed: 'Disputed', none: 'Not reviewed' }[verdict ?? 'none']
  return (
    <span className={`verdict-sign ${verdict ?? 'none'}`} title={words}>
      {verdict && <Icon name={verdict === 'confirmed' ? 'check' : 'close'} size={12} />}
      <span className="unseen">{words}: </span>
    </span>
  )
}

function Row({ item, selected }: { readonly item: ReviewItem; readonly selected: boolean }) {
  const { standing, title, note, time } = item
  const row = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  return (
    <li>
      <button
        ref={row}
        type="button"
        className="review-item"
        aria-current={selected ? 'true' : undefined}
        onClick={() => void select(item)}
      >
        <VerdictSign verdict={standing.verdict} />
        <span className="review-item-title">{title}</span>
        <span className="review-item-note">
          {note.split(', ').at(-1)}, {formatTime(time, new Date())}
          {standing.notes > 0 && `, ${standing.notes} ${standing.notes === 1 ? 'note' : 'notes'}`}
          {standing.stale && ', changed since'}
        </span>
      </button>
    </li>
  )
}

function Progress({ items }: { readonly items: readonly ReviewItem[] }) {
  const count = (verdict: string) => items.filter(({ standing }) => standing.verdict === verdict).length
  const [confirmed, disputed] = [count('confirmed'), count('disputed')]
  const words = `${confirmed + disputed} of ${items.length} reviewed${disputed > 0 ? `, ${disputed} disputed` : ''}`
  const share = (part: number) => ({ width: `${items.length === 0 ? 0 : (part / items.length) * 100}%` })
  return (
    <div className="review-progress">
      <p role="status">{words}</p>
      <div aria-hidden="true">
        <span className="confirmed" style={share(confirmed)} />
        <span className="disputed" style={share(disputed)} />
      </div>
    </div>
  )
}

export function ItemList({ review }: { readonly review: Review }) {
  const selected = useReview((state) => state.selected)
  const filter = useReview((state) => state.filter)
  const items = shownItems(review, filter)
  const bundle = review.source !== 'project'
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (!by) return
    event.preventDefault()
    step(by)
  }
  return (
    <section className="review-list" aria-label="To review">
      <header>
        <h1 title={review.title}>{bundle ? review.title : 'Review'}</h1>
        <p className="review-source">
          {bundle ? 'A bundle, open to be read' : 'The runs of this project'}
          {bundle && (
            <button type="button" className="link" onClick={() => void backToProject()}>
              Close
            </button>
          )}
        </p>
        <Progress items={review.items} />
        <SelectField
          label="Show"
          value={filter}
          options={filters}
          onChange={(next: Filter) => reviewStore.setState({ filter: next })}
        />
      </header>
      <ul onKeyDown={onKeyDown}>
        {items.map((item) => (
          <Row key={`${item.kind} ${item.id}`} item={item} selected={item.id === selected} />
        ))}
        {items.length === 0 && <li className="review-none">Nothing of that kind.</li>}
      </ul>
      <footer>
        <Button icon="folder" onClick={() => void chooseBundle()}>
          Open a bundle…
        </Button>
        <Button icon="check" onClick={() => void chooseReport()}>
          Verify a report…
        </Button>
      </footer>
    </section>
  )
}
