/** The first three steps of a request: the version of the set, the agent that forgets, its audit. */
import type { DeletionStatement } from '../../../main/contract/deletion.ts'
import { formatCount } from '../../app/format.ts'
import { usePage } from '../../app/store.ts'
import { Button, Copyable } from '../../ui/controls.tsx'
import { showUnlearning } from '../agents-store.ts'
import { lookAt } from '../look.ts'
import { methods } from '../method-words.ts'
import { chooseSet } from '../trajectories-feed.ts'
import { chooseAgent, showTab, useTrajectories } from '../trajectories-store.ts'
import { replaceSelection } from '../undoing.ts'
import { makeVersion } from './request-feed.ts'
import { useRequests } from './request-store.ts'
import { counted, idWords } from './request-words.ts'

interface StepProps {
  readonly statement: DeletionStatement
}

export function ChooseStep({ statement }: StepProps) {
  const busy = useRequests((state) => state.busy)
  const { episodes, version, name, state, damage } = statement
  return (
    <>
      <p>
        Episodes <span className="number">{idWords(episodes)}</span>, found in any set by their fingerprints.
      </p>
      {version ? (
        <p>
          The set goes on as {name} without them: <span className="number">{formatCount(version.episodes)}</span>{' '}
          episodes, fingerprint <Copyable text={version.contentHash} label="the fingerprint" />
        </p>
      ) : (
        <p className="request-buttons">
          The version of the set without them was not written.
          {state !== 'closed' && (
            <Button disabled={busy || damage !== null} onClick={() => void makeVersion(statement)}>
              Write it
            </Button>
          )}
        </p>
      )}
    </>
  )
}

/** The set, the agent and the episodes of the request, chosen as in the other tabs. */
function chooseAll({ data, agent, learnt }: DeletionStatement): void {
  chooseSet(data)
  chooseAgent(agent)
  replaceSelection(learnt)
}

/** Why nothing can be done with the set of the request, or null. */
function useGone({ copies, data }: DeletionStatement): string | null {
  const there = useTrajectories((state) => state.sets?.some(({ id }) => id === data) ?? false)
  const removed = copies.some(({ id, fate }) => id === `dataset:${data}` && fate === 'removed')
  if (there) return null
  return removed ? 'The set is gone for good.' : 'The set is not in the project: look for it in the trash, under Data.'
}

export function ForgetStep({ statement }: StepProps) {
  const { agent, learnt, unlearned, method, episodes, state } = statement
  const gone = useGone(statement)
  if (agent === null) return <p>No agent was named. Those that were trained on the episodes are among the copies.</p>
  if (learnt.length === 0) return <p>The agent was not trained on any of them: there is nothing to forget.</p>
  if (unlearned !== null)
    return (
      <>
        <RunLine run={unlearned} words="Forgotten in the run" />
        <MethodLine method={method} />
      </>
    )
  return (
    <>
      <p>
        The agent was trained on{' '}
        {learnt.length === episodes.length ? 'all' : counted(learnt.length, 'of them', 'of them')}. Make it forget them,
        or train one from scratch without them.
      </p>
      {gone !== null ? (
        <p>{gone} Without it the agent cannot be made to forget; another can be trained on the version.</p>
      ) : (
        state !== 'closed' && (
          <p className="request-buttons">
            <Button
              onClick={() => {
                chooseAll(statement)
                showUnlearning()
              }}
            >
              Make it forget…
            </Button>
          </p>
        )
      )}
    </>
  )
}

export function AuditStep({ statement }: StepProps) {
  const { agent, learnt, unlearned, audited, state } = statement
  const gone = useGone(statement)
  if (agent === null || learnt.length === 0) return <p>There is nothing to audit.</p>
  if (audited !== null) return <RunLine run={audited} words="Audited in the run" />
  if (unlearned === null) return <p>Once the agent has forgotten them, it is audited against the original.</p>
  return (
    <>
      <p>The new agent is compared with the original, which stays in use until the request is closed.</p>
      {gone !== null ? (
        <p>{gone} Without it the agent cannot be audited.</p>
      ) : (
        state !== 'closed' && (
          <p className="request-buttons">
            <Button
              onClick={() => {
                chooseAll(statement)
                chooseAgent(unlearned)
                showTab('audit')
              }}
            >
              Audit it…
            </Button>
          </p>
        )
      )}
    </>
  )
}

/** A request is answered by whatever was done: what that was worth is said. */
function MethodLine({ method }: { readonly method: string | undefined }) {
  const one = methods.find(({ value }) => value === method)
  return (
    one && (
      <p className="trajectories-note">
        {one.label}. {one.note}
      </p>
    )
  )
}

function RunLine({ run: id, words }: { readonly run: string; readonly words: string }) {
  const run = usePage((state) => state.runs?.find((one) => one.id === id))
  return (
    <p className="request-buttons">
      <span>
        {words} {run?.title ?? `${id}, which is no longer in the project`}.
      </span>
      {run && (
        <Button look="bare" onClick={() => lookAt(run)}>
          Look at it
        </Button>
      )}
    </p>
  )
}
