/** Deletion requests: those there are, and one of them with its steps. */
import { useEffect } from 'react'
import type { RequestSummary } from '../../../main/contract/deletion.ts'
import { formatTime } from '../../app/format.ts'
import { Button, Tag } from '../../ui/controls.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Explain } from '../../ui/hint.tsx'
import { showTab } from '../trajectories-store.ts'
import { RequestForm } from './request-form.tsx'
import { RequestPage } from './request-page.tsx'
import { followRequests, loadStatement } from './request-feed.ts'
import { chooseRequest, useRequests } from './request-store.ts'
import { counted, stateWords } from './request-words.ts'
import './request.css'

function Item({ summary, chosen }: { readonly summary: RequestSummary; readonly chosen: boolean }) {
  const { request, state, episodes, name, opened, damage } = summary
  return (
    <li>
      <button
        type="button"
        className="requests-item"
        aria-current={chosen || undefined}
        onClick={() => chooseRequest(request)}
      >
        <span className="requests-item-name">
          {name === '' ? `Request ${request}` : `${counted(episodes.length, 'episode')} of ${name}`}
        </span>
        <span className="trajectories-note">
          {damage === null ? `${formatTime(opened, new Date())}, ${stateWords[state]}` : 'its record is damaged'}
        </span>
      </button>
    </li>
  )
}

function Nothing() {
  return (
    <EmptyState
      icon="trash"
      title="No deletion request yet"
      lead={
        <>
          When somebody asks that episodes of theirs be deleted, select these episodes and open a request. It follows
          them through the set, the agents and every copy in the project, and keeps a record of what became of each.{' '}
          <Explain page="deletion" term="deletion requests" />
        </>
      }
      actions={
        <Button look="primary" onClick={() => showTab('trajectories')}>
          Select episodes
        </Button>
      }
    />
  )
}

function Chosen() {
  const chosen = useRequests((state) => state.chosen)
  const statement = useRequests((state) => state.statement)
  const trouble = useRequests((state) => state.trouble)
  if (statement) return <RequestPage statement={statement} />
  if (!trouble || chosen === null) return null
  return (
    <EmptyState
      icon="warning"
      title="This request cannot be read"
      lead={
        <span role="alert">
          {trouble.message} {trouble.hint} <Explain page={`messages#${trouble.code}`} term="this message" />
        </span>
      }
      actions={<Button onClick={() => void loadStatement(chosen)}>Try again</Button>}
    />
  )
}

export function RequestsPanel() {
  const requests = useRequests((state) => state.requests)
  const chosen = useRequests((state) => state.chosen)
  const draft = useRequests((state) => state.draft)
  useEffect(followRequests, [])
  if (requests === null) return null
  if (requests.length === 0 && !draft) return <Nothing />
  return (
    <div className="requests">
      <nav className="requests-list" aria-label="Deletion requests">
        <ul>
          {draft && (
            <li>
              <span className="requests-item" aria-current>
                <span className="requests-item-name">New request</span>
                <Tag>not opened</Tag>
              </span>
            </li>
          )}
          {requests.map((summary) => (
            <Item key={summary.request} summary={summary} chosen={!draft && summary.request === chosen} />
          ))}
        </ul>
      </nav>
      <div className="requests-middle">{draft ? <RequestForm draft={draft} /> : <Chosen />}</div>
    </div>
  )
}
