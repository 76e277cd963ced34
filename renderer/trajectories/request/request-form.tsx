/** A request before it is opened: what is to be deleted, whose wish it is, and what opening does. */
import { Button } from '../../ui/controls.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Explain } from '../../ui/hint.tsx'
import { useLostFocus } from '../lost-focus.ts'
import { agentWords } from '../sets-column.tsx'
import { useTrajectories } from '../trajectories-store.ts'
import { openRequest } from './request-feed.ts'
import { changeDraft, dropDraft, useRequests, type RequestDraft } from './request-store.ts'
import { counted, idWords } from './request-words.ts'

export function RequestForm({ draft }: { readonly draft: RequestDraft }) {
  const set = useTrajectories((state) => state.sets?.find(({ id }) => id === draft.data))
  const agents = useTrajectories((state) => state.agents)
  const algorithms = useTrajectories((state) => state.algorithms)
  const busy = useRequests((state) => state.busy)
  const heading = useLostFocus<HTMLHeadingElement>()
  const agent = agents.find(({ run }) => run === draft.agent)
  const title = algorithms.find(({ id }) => id === agent?.algorithm)?.title
  return (
    <article className="request">
      <header className="request-head">
        <h1 ref={heading} tabIndex={-1}>
          Delete {counted(draft.ids.length, 'episode')} of {set?.name ?? draft.data}{' '}
          <Explain page="deletion" term="deletion requests" />
        </h1>
      </header>
      <dl className="request-facts">
        <dt>Episodes</dt>
        <dd className="number">{idWords(draft.ids)}</dd>
        <dt>Agent</dt>
        <dd>{agent ? agentWords(agent, title) : 'none: the request is about the data alone'}</dd>
      </dl>
      <TextArea
        label="Note"
        hint="Whose wish it is, and on what ground. It stays in the record, so write no more than the record may hold."
        rows={3}
        value={draft.note}
        onChange={(note) => changeDraft({ note })}
      />
      <p>
        Opening writes a new version of the set without these episodes and looks for every copy of them in the project.
        Nothing is removed yet: that is decided copy by copy.
      </p>
      <p className="request-buttons">
        <Button look="primary" disabled={busy} onClick={() => void openRequest()}>
          Open the request
        </Button>
        <Button onClick={dropDraft}>Cancel</Button>
      </p>
    </article>
  )
}
