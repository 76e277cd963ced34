/** Right: what the reviewer says, with its keys, and what was said before. */
import { useState } from 'react'
import type { Review, ReviewEntry, ReviewItem } from '../../main/contract/evidence.ts'
import { keysOf } from '../app/command-table.ts'
import { formatTime } from '../app/format.ts'
import { Button, Copyable } from '../ui/controls.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextArea, TextField } from '../ui/field.tsx'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { exportEvidence } from './export.tsx'
import { act, begin, printSheet, reviewStore, sign, useReview } from './review-store.ts'

const leave = () => reviewStore.setState({ writing: null })

function Writing({ kind }: { readonly kind: 'dispute' | 'note' }) {
  const [text, setText] = useState('')
  const ready = text.trim() !== ''
  const save = () => void (ready && act({ kind, text: text.trim() }))
  return (
    <Dialog
      open
      title={kind === 'dispute' ? 'Dispute this run' : 'Note on this run'}
      onClose={leave}
      footer={
        <>
          <Button onClick={leave}>Cancel</Button>
          <Button look="primary" disabled={!ready} onClick={save}>
            {kind === 'dispute' ? 'Dispute' : 'Keep the note'}
          </Button>
        </>
      }
    >
      <form
        className="review-form"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
        }}
      >
        <TextArea
          label={kind === 'dispute' ? 'What is wrong' : 'Note'}
          hint="Ctrl+Enter keeps it. It cannot be changed afterwards, only withdrawn."
          value={text}
          onChange={setText}
        />
      </form>
    </Dialog>
  )
}

function Signing() {
  const [name, setName] = useState(reviewStore.getState().reviewer)
  const close = () => reviewStore.setState({ unsigned: null })
  const ready = name.trim() !== ''
  const save = () => ready && sign(name.trim())
  return (
    <Dialog
      open
      title="Who reviews"
      onClose={close}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" disabled={!ready} onClick={save}>
            Go on
          </Button>
        </>
      }
    >
      <TextField
        label="Your name"
        hint="It stands beside everything you say here, with the time. This machine remembers it."
        value={name}
        onChange={setName}
        onEnter={save}
      />
    </Dialog>
  )
}

function wordsOf(entry: ReviewEntry): { readonly what: string; readonly text: string } {
  switch (entry.kind) {
    case 'verdict':
      return { what: entry.verdict === 'confirmed' ? 'Confirmed' : 'Disputed', text: entry.text }
    case 'note':
      return { what: 'Note', text: entry.text }
    case 'withdraw':
      return { what: 'Withdrew', text: '' }
    case 'open':
      return { what: 'Opened', text: '' }
  }
}

function History({ item }: { readonly item: ReviewItem }) {
  if (item.entries.length === 0) return null
  const withdrawn = new Set(item.entries.flatMap((entry) => (entry.kind === 'withdraw' ? [entry.withdraws] : [])))
  return (
    <section className="review-said">
      <h2>What was said</h2>
      <ol>
        {[...item.entries].reverse().map((entry) => {
          const { what, text } = wordsOf(entry)
          return (
            <li key={entry.hash} className={withdrawn.has(entry.hash) ? 'withdrawn' : undefined}>
              <span>
                {what}
                {withdrawn.has(entry.hash) && ', withdrawn'}
              </span>
              {text && <p>{text}</p>}
              <span className="review-quiet">
                {'reviewer' in entry && entry.reviewer}, {formatTime(entry.time, new Date())}
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

const actions = [
  { id: 'review.confirm', label: 'Confirm', icon: 'check', run: () => begin({ kind: 'confirm', text: '' }) },
  { id: 'review.dispute', label: 'Dispute…', icon: 'close', run: () => begin('dispute') },
  { id: 'review.note', label: 'Note…', icon: 'plus', run: () => begin('note') },
  { id: 'review.undo', label: 'Withdraw', icon: 'undo', run: () => begin({ kind: 'undo' }) },
] as const

function Log({ review, item }: { readonly review: Review; readonly item: ReviewItem | null }) {
  const reviewer = useReview((state) => state.reviewer)
  return (
    <section className="review-log">
      <h2>The review</h2>
      {review.broken === null ? (
        <p className="review-sum">
          <Icon name="check" size={14} /> Its chain holds.
        </p>
      ) : (
        <p className="review-sum fails" role="alert">
          <Icon name="warning" size={14} /> Its chain does not hold. {review.broken}
        </p>
      )}
      {review.file ? (
        <Copyable text={review.file} label="Copy the path of the review" />
      ) : (
        <p className="review-quiet">Kept in a file you choose with your first word.</p>
      )}
      <p className="review-quiet">
        {reviewer ? `Reviewing as ${reviewer}. ` : 'Your name is asked for once. '}
        {reviewer && (
          <button type="button" className="link" onClick={() => reviewStore.setState({ unsigned: 'name' })}>
            Change
          </button>
        )}
      </p>
      <Button onClick={() => void printSheet()}>Save the review sheet…</Button>
      {item && review.source === 'project' && <Button onClick={() => exportEvidence([item])}>Export evidence…</Button>}
    </section>
  )
}

export function DecisionPanel({ review, item }: { readonly review: Review; readonly item: ReviewItem | null }) {
  const writing = useReview((state) => state.writing)
  const unsigned = useReview((state) => state.unsigned)
  const ready = useReview((state) => state.evidence !== null)
  const { verdict = null, reviewer = null, time = null, stale = false } = item?.standing ?? {}
  return (
    <aside className="review-decision" aria-label="Decision">
      <p className={`review-verdict ${verdict ?? 'none'}`} role="status">
        {verdict === null ? 'Not reviewed' : verdict === 'confirmed' ? 'Confirmed' : 'Disputed'}
        <span className="review-quiet">
          {verdict === null ? '\u00a0' : `${reviewer}, ${formatTime(time ?? '', new Date())}`}
        </span>
      </p>
      {stale && <p className="review-sum fails">The evidence has changed since. Look at it again.</p>}
      <div className="review-actions">
        {actions.map(({ id, label, icon, run }) => (
          <Button
            key={id}
            icon={icon}
            disabled={!ready}
            look={id === 'review.confirm' ? 'primary' : 'plain'}
            onClick={run}
          >
            {label}
            <Keys keys={keysOf(id) ?? ''} />
          </Button>
        ))}
      </div>
      {item && <History item={item} />}
      <Log review={review} item={item} />
      {writing && <Writing key={writing} kind={writing} />}
      {unsigned && <Signing />}
    </aside>
  )
}
