/** Every copy that holds the episodes or may hold them, and what becomes of each. */
import { useState } from 'react'
import type { DecidedCopy, DeletionStatement } from '../../../main/contract/deletion.ts'
import { capital, formatBytes } from '../../app/format.ts'
import { Button } from '../../ui/controls.tsx'
import { confirm, Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Icon } from '../../ui/icons.tsx'
import { focusFirst } from '../lost-focus.ts'
import { useTrajectories } from '../trajectories-store.ts'
import { keepCopies, removeCopies } from './request-feed.ts'
import { tick, useRequests } from './request-store.ts'
import {
  askedFor,
  counted,
  decidedWords,
  fateWords,
  goingWith,
  groupsOf,
  isOpen,
  keptWith,
  lostWith,
  whenWords,
} from './request-words.ts'

function useWhen(): (copy: DecidedCopy) => string {
  const sets = useTrajectories((state) => state.sets) ?? []
  return (copy) => whenWords(copy, sets, new Date())
}

interface RowProps {
  readonly copy: DecidedCopy
  readonly open: boolean
  /** Below the copy that it lies in. */
  readonly nested: boolean
}

function Row({ copy, open, nested }: RowProps) {
  const ticked = useRequests((state) => state.ticked)
  const when = useWhen()(copy)
  const { id, name, holds, where, bytes, fate, obstacle, reason, within } = copy
  const withOther = within !== null && ticked.has(within)
  const why = fate === 'kept' ? reason : fate === 'undecided' ? obstacle : null
  return (
    <li className="request-copy" data-fate={fate} data-within={nested || undefined}>
      {open && (
        <input
          type="checkbox"
          aria-label={when === '' ? name : `${name}, ${when}`}
          checked={ticked.has(id) || withOther}
          disabled={withOther}
          onChange={(event) => tick([id], event.target.checked)}
        />
      )}
      <span className="request-copy-name">
        {name} {when !== '' && <span className="request-copy-when">{when}</span>}
      </span>
      <span className="request-copy-fate">{fateWords(copy)}</span>
      <span className="number request-copy-size">{bytes === null ? '' : formatBytes(bytes)}</span>
      <span className="request-copy-more">
        {capital(holds)}. {decidedWords(copy, new Date())} <span className="request-copy-where">{where}</span>
        {why !== null && <span className="request-copy-why">{why}</span>}
      </span>
    </li>
  )
}

async function askToRemove(statement: DeletionStatement, ticked: ReadonlySet<string>): Promise<void> {
  const { request, copies } = statement
  const going = goingWith(copies, ticked)
  const yes = await confirm({
    title: `Remove ${counted(going.length, 'copy', 'copies')} for good?`,
    body: (
      <>
        {lostWith(statement, going).map((words) => (
          <p key={words} className="request-doubt">
            <Icon name="warning" size={14} />
            {words}
          </p>
        ))}
        <p>
          {going.length === 1
            ? 'It does not go to the trash, and there is no way back in Lethe. This will be gone'
            : 'They do not go to the trash, and there is no way back in Lethe. These will be gone'}
        </p>
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
  goOn()
}

/** On the next one to be decided, else on the close of the request. */
const goOn = (): void =>
  focusFirst(".request-copy[data-fate='undecided'] > input:enabled", '.request-closing button:enabled')

function KeepDialog({ statement, onClose }: { readonly statement: DeletionStatement; readonly onClose: () => void }) {
  const ticked = useRequests((state) => state.ticked)
  const [reason, setReason] = useState('')
  const chosen = keptWith(statement.copies, ticked)
  const keep = (): void => {
    onClose()
    void keepCopies(
      statement.request,
      chosen.map(({ id }) => id),
      reason,
    ).then(goOn)
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
      <p className="request-keep">Each stays where it is and is listed with what it still holds of the episodes.</p>
      <TextField label="Why" hint="May be left empty." value={reason} onChange={setReason} onEnter={keep} />
    </Dialog>
  )
}

interface GroupProps {
  readonly title: string
  readonly copies: readonly DecidedCopy[]
  readonly open: boolean
}

function Group({ title, copies, open }: GroupProps) {
  const ticked = useRequests((state) => state.ticked)
  const ids = copies.filter(isOpen).map(({ id }) => id)
  const all = ids.every((id) => ticked.has(id))
  const here = new Set(ids)
  return (
    <section className="request-group" aria-label={title}>
      <header>
        <h3>
          {title} <span className="number">{copies.length}</span>
        </h3>
        {open && ids.length > 1 && (
          <Button
            look="bare"
            aria-label={`${all ? 'Tick none' : 'Tick all'}: ${title}`}
            onClick={() => tick(ids, !all)}
          >
            {all ? 'Tick none' : 'Tick all'}
          </Button>
        )}
      </header>
      <ul>
        {copies.map((copy) => (
          <Row
            key={copy.id}
            copy={copy}
            open={open && isOpen(copy)}
            nested={copy.within !== null && here.has(copy.within)}
          />
        ))}
      </ul>
    </section>
  )
}

export function RequestCopies({ statement }: { readonly statement: DeletionStatement }) {
  const ticked = useRequests((state) => state.ticked)
  const busy = useRequests((state) => state.busy)
  const [keeping, setKeeping] = useState(false)
  const { copies, state, damage } = statement
  const open = state !== 'closed' && damage === null
  if (copies.length === 0) return <p>No copy was found.</p>
  const chosen = copies.filter((copy) => isOpen(copy) && ticked.has(copy.id))
  const removable = chosen.filter(({ obstacle }) => obstacle === null)
  const shown = goingWith(copies, ticked).filter(isOpen)
  return (
    <>
      {groupsOf(copies).map((group) => (
        <Group key={group.id} {...group} open={open} />
      ))}
      {open && (
        <p className="request-buttons">
          <Button
            look="danger"
            disabled={busy || removable.length === 0 || removable.length < chosen.length}
            onClick={() => void askToRemove(statement, ticked)}
          >
            Remove for good…
          </Button>
          <Button disabled={busy || chosen.length === 0} onClick={() => setKeeping(true)}>
            Keep…
          </Button>
          <span className="trajectories-note" aria-live="polite">
            {chosen.length === 0
              ? 'Tick what is to go or to stay.'
              : `${counted(shown.length, 'copy', 'copies')} ticked.`}
            {removable.length < chosen.length &&
              ` ${counted(chosen.length - removable.length, 'of them', 'of them')} cannot be removed from here.`}
          </span>
        </p>
      )}
      {keeping && <KeepDialog statement={statement} onClose={() => setKeeping(false)} />}
    </>
  )
}
