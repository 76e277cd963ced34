/** The last step: what the closing statement says, and closing. */
import type { DeletionStatement } from '../../../main/contract/deletion.ts'
import { formatTime } from '../../app/format.ts'
import { Button, Copyable } from '../../ui/controls.tsx'
import { confirm } from '../../ui/dialog.tsx'
import { closeRequest } from './request-feed.ts'
import { useRequests } from './request-store.ts'
import { closingWords, counted, retires } from './request-words.ts'

async function askToClose(statement: DeletionStatement): Promise<void> {
  const left = statement.incomplete
  const undecided = statement.copies.filter(({ fate }) => fate === 'undecided').length
  const yes = await confirm({
    title: left.length > 0 ? 'Close it although it is not done?' : 'Close this request?',
    body: (
      <ul className="request-going">
        {left.map((words) => (
          <li key={words}>{words} The statement will say so.</li>
        ))}
        {undecided > 0 && (
          <li>
            {counted(undecided, 'copy that is', 'copies that are')} not decided will stand in the statement as still
            containing the episodes.
          </li>
        )}
        {closingWords(statement).map((words) => (
          <li key={words}>{words}</li>
        ))}
        <li>Nothing is added to a closed request. What is still to be done needs a new one.</li>
      </ul>
    ),
    action: 'Close the request',
    danger: true,
  })
  if (yes) await closeRequest(statement.request, left.length > 0)
}

export function RequestClosing({ statement }: { readonly statement: DeletionStatement }) {
  const busy = useRequests((state) => state.busy)
  const { state, closed, incomplete, record, damage } = statement
  if (state !== 'closed')
    return (
      <>
        <p>
          What is not removed by then is marked with what it still holds of the episodes.
          {retires(statement) && ' The original agent will be retired.'}
          {incomplete.map((words) => ` ${words}`)}
        </p>
        <p className="request-buttons request-closing">
          <Button disabled={busy || damage !== null} onClick={() => void askToClose(statement)}>
            Close the request…
          </Button>
        </p>
      </>
    )
  return (
    <>
      <ul className="request-statement">
        {closed !== null && <li>Closed {formatTime(closed, new Date())}.</li>}
        {closingWords(statement).map((words) => (
          <li key={words}>{words}</li>
        ))}
        {incomplete.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <p className="trajectories-note">
        The record has <span className="number">{record.entries}</span> lines; the newest is{' '}
        <Copyable text={record.head} label="the hash of the newest line" />
      </p>
    </>
  )
}
