/** Review: what there is on the left, its evidence in the middle, the decision on the right. A bundle may be dropped anywhere. */
import { useEffect, type DragEvent } from 'react'
import { useCommands } from '../app/commands.ts'
import { openHelp } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { DecisionPanel } from './decision-panel.tsx'
import { ItemList } from './item-list.tsx'
import { ItemView } from './item-view.tsx'
import { Refused } from './refused.tsx'
import { begin, chooseBundle, loadReview, openBundle, printSheet, step, useReview } from './review-store.ts'
import { chooseReport } from './verify-report.tsx'
import './review.css'

/** What is dropped here is a bundle; the window at large would take it for data to import. */
function keep(event: DragEvent): void {
  event.preventDefault()
  event.stopPropagation()
}

function onDrop(event: DragEvent): void {
  keep(event)
  const [file] = event.dataTransfer.files
  const path = file ? window.lethe.pathForFile(file) : ''
  if (path !== '') void openBundle(path)
}

function useReviewCommands(): void {
  const blocked = useReview((state) => (state.evidence ? null : 'There is nothing to review yet'))
  useCommands([
    { id: 'review.next', run: () => step(1) },
    { id: 'review.previous', run: () => step(-1) },
    { id: 'review.confirm', run: () => begin({ kind: 'confirm', text: '' }), blocked },
    { id: 'review.dispute', run: () => begin('dispute'), blocked },
    { id: 'review.note', run: () => begin('note'), blocked },
    { id: 'review.undo', run: () => begin({ kind: 'undo' }), blocked },
    { id: 'review.open', run: () => void chooseBundle() },
    { id: 'review.sheet', run: () => void printSheet(), blocked },
  ])
}

function Nothing() {
  return (
    <EmptyState
      icon="check"
      title="Nothing to review yet"
      lead="Runs that ended well appear here with their evidence: what they promise, what the ledger says, and whether it all holds. Evidence from elsewhere is opened from a bundle, and the report of an audit is verified: drop either here."
      actions={
        <>
          <Button look="primary" onClick={() => void chooseBundle()}>
            Open a bundle…
          </Button>
          <Button onClick={() => void chooseReport()}>Verify a report…</Button>
          <Button look="bare" onClick={() => openHelp('review')}>
            How a review works
          </Button>
        </>
      }
    />
  )
}

export function ReviewScreen() {
  useReviewCommands()
  useEffect(() => void loadReview(), [])
  const review = useReview((state) => state.review)
  const evidence = useReview((state) => state.evidence)
  const selected = useReview((state) => state.selected)
  const opening = useReview((state) => state.opening)
  const item = review?.items.find(({ id }) => id === selected) ?? null
  return (
    <div className="review-place" onDrop={onDrop} onDragEnter={keep} onDragOver={keep}>
      {review && review.items.length === 0 && review.source === 'project' && <Nothing />}
      {review && (review.items.length > 0 || review.source !== 'project') && (
        <div className="review-screen">
          <ItemList review={review} />
          {evidence ? (
            <ItemView key={evidence.item.id} evidence={evidence} />
          ) : (
            <p className="review-waiting">{item ? 'Checking the evidence…' : ''}</p>
          )}
          <DecisionPanel review={review} item={item} />
        </div>
      )}
      {opening && (
        <p className="review-opening" role="status">
          Checking the bundle…
        </p>
      )}
      <Refused />
    </div>
  )
}
