/** Every copy that holds the episodes or may hold them, and what becomes of each. */
import { useState } from 'react'
import type { DecidedCopy, DeletionStatement } from '../../../main/contract/deletion.ts'
import { formatBytes } from '../../app/format.ts'
import { Button } from '../../ui/controls.tsx'
import { confirm, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { keepCopies, removeCopies } from './request-feed.ts'
import { tick, useRequests } from './request-store.ts'
import { askedFor, counted, fateWords, goingWith, groupsOf } from './request-words.ts'

function Row({ copy, open }: { readonly copy: DecidedCopy; readonly open: boolean }) {
  const ticked = useRequests((state) => state.ticked)
  const { id, name, holds, where, bytes, fate, obstacle, reason, within } = copy
  const withOther = within !== null && ticked.has(within)
  const why = fate === 'kept' ? reason : fate === 'undecided' ? obstacle : null
  return (
    <li className="request-copy" data-fate={fate} data-within={within !== null || undefined}>
      {open && (
        <input
          type="checkbox"
          aria-label={name}
          checked={ticked.has(id) || withOther}
          disabled={withOther}
          onChange={(event) => tick([id], event.target.checked)}
        />
      )}
      <span className="request-copy-name">{name}</span>
      <span className="request-copy-fate">{fateWords(copy)}</span>
      <span className="number request-copy-size">{bytes === null ? '' : formatBytes(bytes)}</span>
      <span className="request-copy-more">
        {holds}. <span className="request-copy-where">{where}</span>
        {why !== null && <span className="request-copy-why">{why}</span>}
      </span>
    </li>
  )
}

async function askToRemove({ request, copies }: DeletionStatement, ticked: ReadonlySet<string>): Promise<void> {
  const going = goingWith(copies, ticked)
  const yes = await confirm({
    title: `Remove ${counted(going.length, 'copy', 'copies')} for good?`,
    body: (
      <>
        <p>They do not go to the trash, and there is no way back in Lethe. This will be gone</p>
        <ul className="request-going">
          {going.map(({ id, name, where, bytes, kind }) => (
            <li key={id}>
              {name} <span className="trajectories-note">{where}</span>{' '}
              {bytes !== null && <span className="number">{formatBytes(bytes)}</span>}
              {kind === 'dataset' && <span className="trajectories-note"> with all its episodes</span>}
              {kind === 'agent' && <span className="trajectories-note"> with its figures and its report</span>}
            </li>
          ))}
        </ul>
      </>
    ),
    action: 'Remove for good',
    danger: true,
  })
  if (yes) await removeCopies(request, askedFor(copies, ticked), going.length)
}

function KeepDialog({ statement, onClose }: { readonly statement: DeletionStatement; readonly onClose: () => void }) {
  const ticked = useRequests((state) => state.ticked)
  const [reason, setReason] = useState('')
  const chosen = statement.copies.filter(({ id }) => ticked.has(id))
  const keep = (): void => {
    onClose()
    void keepCopies(
      statement.request,
      chosen.map(({ id }) => id),
      reason,
    )
  }
  return (
    <Dialog
      open
      title={`Keep ${counted(chosen.length, 'copy', 'copies')}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" onClick={keep}>
            Keep
          </Button>
        </>
      }
    >
      <p className="request-keep">Each stays where it is and is listed as still containing the episodes.</p>
      <TextField
        label="Why"
        hint="Left empty, the reason in the list stands."
        value={reason}
        onChange={setReason}
        onEnter={keep}
      />
    </Dialog>
  )
}

export function RequestCopies({ statement }: { readonly statement: DeletionStatement }) {
  const ticked = useRequests((state) => state.ticked)
  const busy = useRequests((state) => state.busy)
  const [keeping, setKeeping] = useState(false)
  const { copies, state, damage } = statement
  const open = state !== 'closed' && damage === null
  if (copies.length === 0) return <p>No copy was found.</p>
  const removable = copies.filter(({ id, obstacle }) => ticked.has(id) && obstacle === null)
  return (
    <>
      {groupsOf(copies).map((group) => (
        <section key={group.id} className="request-group" aria-label={group.title}>
          <h3>
            {group.title} <span className="number">{group.copies.length}</span>
          </h3>
          <ul>
            {group.copies.map((copy) => (
              <Row key={copy.id} copy={copy} open={open && copy.fate !== 'removed' && copy.fate !== 'removing'} />
            ))}
          </ul>
        </section>
      ))}
      {open && (
        <p className="request-buttons">
          <Button
            look="danger"
            disabled={busy || removable.length === 0 || removable.length < ticked.size}
            onClick={() => void askToRemove(statement, ticked)}
          >
            Remove for good…
          </Button>
          <Button disabled={busy || ticked.size === 0} onClick={() => setKeeping(true)}>
            Keep…
          </Button>
          <span className="trajectories-note" aria-live="polite">
            {ticked.size === 0
              ? 'Tick what is to go or to stay.'
              : removable.length < ticked.size
                ? `${counted(ticked.size - removable.length, 'of them', 'of them')} cannot be removed from here.`
                : `${counted(ticked.size, 'copy', 'copies')} ticked.`}
          </span>
        </p>
      )}
      {keeping && <KeepDialog statement={statement} onClose={() => setKeeping(false)} />}
    </>
  )
}
