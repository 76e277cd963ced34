/** One request: what it is about, its five steps, and what cannot be known. */
import type { ReactNode } from 'react'
import type { DeletionStatement } from '../../../main/contract/deletion.ts'
import { formatTime } from '../../app/format.ts'
import { Copyable, Tag } from '../../ui/controls.tsx'
import { Explain } from '../../ui/hint.tsx'
import { Icon } from '../../ui/icons.tsx'
import { useLostFocus } from '../lost-focus.ts'
import { RequestClosing } from './request-closing.tsx'
import { RequestCopies } from './request-copies.tsx'
import { AuditStep, ChooseStep, ForgetStep } from './request-steps.tsx'
import { counted, stateWords } from './request-words.ts'

interface StepProps {
  readonly number: number
  readonly title: string
  readonly done: boolean
  readonly children: ReactNode
}

function Step({ number, title, done, children }: StepProps) {
  return (
    <li className="request-step" data-done={done || undefined}>
      <span className="request-mark" aria-hidden="true">
        {done ? <Icon name="check" /> : number}
      </span>
      <section aria-label={title}>
        <h2>
          {title}
          <span className="unseen">{done ? ', done' : ', to be done'}</span>
        </h2>
        {children}
      </section>
    </li>
  )
}

export function RequestPage({ statement }: { readonly statement: DeletionStatement }) {
  const { request, state, episodes, of, name, opened, note, damage, agent, learnt, copies, version } = statement
  const heading = useLostFocus<HTMLHeadingElement>()
  const learns = agent !== null && learnt.length > 0
  const decided = copies.every(({ fate }) => fate === 'removed' || fate === 'kept')
  return (
    <article className="request">
      <header className="request-head">
        <h1 ref={heading} tabIndex={-1}>
          Delete {counted(episodes.length, 'episode')} of {name} <Explain page="deletion" term="deletion requests" />
        </h1>
        <Tag>{stateWords[state]}</Tag>
      </header>
      {damage !== null && (
        <p className="request-damage" role="alert">
          <Icon name="warning" /> The record of this request is damaged, and nothing more is done under it. {damage}{' '}
          <Explain page="messages#request-corrupt" term="damaged records" />
        </p>
      )}
      <p className="trajectories-note">
        Opened {formatTime(opened, new Date())}, <span className="number">{episodes.length}</span> of{' '}
        <span className="number">{of}</span> episodes. Record{' '}
        <Copyable text={request} label="the name of the request" />
      </p>
      {note !== '' && <blockquote className="request-note">{note}</blockquote>}
      <ol className="request-steps">
        <Step number={1} title="Choose" done={version !== null}>
          <ChooseStep statement={statement} />
        </Step>
        <Step number={2} title="Forget" done={!learns || statement.unlearned !== null}>
          <ForgetStep statement={statement} />
        </Step>
        <Step number={3} title="Audit" done={!learns || statement.audited !== null}>
          <AuditStep statement={statement} />
        </Step>
        <Step number={4} title="Copies" done={decided}>
          <RequestCopies statement={statement} />
        </Step>
        <Step number={5} title="Close" done={state === 'closed'}>
          <RequestClosing statement={statement} />
        </Step>
      </ol>
      <section className="request-limits" aria-label="What cannot be known">
        <h2>What cannot be known</h2>
        <ul>
          {statement.limits.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      </section>
    </article>
  )
}
