/** The first three steps of a request: the version of the set, the agent that forgets, its audit. */
import type { DeletionStatement } from '../../../main/contract/deletion.ts'
import { formatCount } from '../../app/format.ts'
import { Button, Copyable } from '../../ui/controls.tsx'
import { showUnlearning } from '../agents-store.ts'
import { chooseSet } from '../trajectories-feed.ts'
import { chooseAgent, showTab, useTrajectories } from '../trajectories-store.ts'
import { replaceSelection } from '../undoing.ts'
import { isWorking, useAttempt } from './request-attempts.ts'
import { makeVersion } from './request-feed.ts'
import { AttemptLine, ForgotLine, RunLine } from './request-runs.tsx'
import { useRequests } from './request-store.ts'
import { idWords, learntWords } from './request-words.ts'

interface StepProps {
  readonly statement: DeletionStatement
}

export function ChooseStep({ statement }: StepProps) {
  const busy = useRequests((state) => state.busy)
  const { episodes, version, name, state, damage } = statement
  const title = useTrajectories(({ sets }) => sets?.find(({ id }) => id === version?.data)?.name)
  return (
    <>
      <p>
        Episodes <span className="number">{idWords(episodes)}</span>, found in any set by their fingerprints.
      </p>
      {version ? (
        <p>
          The set goes on as {title === undefined ? `${name} without them` : `“${title}”`}:{' '}
          <span className="number">{formatCount(version.episodes)}</span> episodes, fingerprint{' '}
          <Copyable text={version.contentHash} label="the fingerprint" />
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
  const attempt = useAttempt(statement, 'unlearned')
  if (agent === null) return <p>No agent was named. Those that were trained on the episodes are among the copies.</p>
  if (learnt.length === 0) return <p>The agent was not trained on any of them: there is nothing to forget.</p>
  if (unlearned !== null) return <ForgotLine run={unlearned} method={method} />
  if (state === 'closed') return <p>{learntWords(learnt.length, episodes.length)} It was not made to forget them.</p>
  return (
    <>
      <p>
        {learntWords(learnt.length, episodes.length)} Make it forget {learnt.length === 1 ? 'that one' : 'them'}, or
        train one from scratch without {learnt.length === 1 ? 'it' : 'them'}.
      </p>
      {attempt && <AttemptLine run={attempt} />}
      {gone !== null ? (
        <p>{gone} Without it the agent cannot be made to forget; another can be trained on the version.</p>
      ) : (
        !(attempt && isWorking(attempt)) && (
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
  const attempt = useAttempt(statement, 'audited')
  if (agent === null || learnt.length === 0) return <p>There is nothing to audit.</p>
  if (audited !== null) return <RunLine run={audited} words="Audited in the run" />
  if (state === 'closed') return <p>No agent was audited for it.</p>
  if (unlearned === null) return <p>Once the agent was made to forget them, it is audited against the original.</p>
  return (
    <>
      <p>The new agent is compared with the original, which stays in use until the request is closed.</p>
      {attempt && <AttemptLine run={attempt} />}
      {gone !== null ? (
        <p>{gone} Without it the agent cannot be audited.</p>
      ) : (
        !(attempt && isWorking(attempt)) && (
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
