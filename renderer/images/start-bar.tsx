/** The button that starts a run; where it cannot, why not, and what would. */
import type { SynthesisPlan } from '../../main/contract/calls/images.ts'
import { formatBytes, formatCount, formatDuration, formatEpsilon } from '../app/format.ts'
import type { Plan } from '../../main/contract/run.ts'
import { usePage } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { troubleOf, settingsOf, labelOf } from '../ui/schema-fields.ts'
import { startRun } from './images-feed.ts'
import { secondsOf, trainingSteps } from './plan-sums.ts'
import { draftNow, methodNow, parametersOf, setDraft, setParameter, useImages } from './images-store.ts'

function BudgetWay() {
  const fit = useImages((state) => state.fit)
  if (!fit) return null
  const { epsilon } = fit
  if (epsilon === null) return <p>No ε fits: the budget of this data set is spent.</p>
  return (
    <p className="images-way">
      <span>
        The largest ε that fits is <span className="number">{epsilon}</span>.
      </span>
      <Button onClick={() => setDraft({ epsilon }, 'all')}>Use it</Button>
    </p>
  )
}

function MemoryWays() {
  const settings = useImages((state) => state.fit)?.settings ?? []
  return (
    <>
      {settings.map(({ field, value }) => (
        <p key={field} className="images-way">
          <span>
            {labelOf(field)} up to <span className="number">{formatCount(value)}</span> would fit.
          </span>
          <Button onClick={() => setParameter(field, value)}>Use it</Button>
        </p>
      ))}
    </>
  )
}

function Obstacle({ obstacle }: { readonly obstacle: NonNullable<SynthesisPlan['obstacle']> }) {
  return (
    <div className="images-obstacle" role="status">
      <Icon name="warning" />
      <div>
        <p>{obstacle.message}</p>
        {obstacle.kind === 'budget' ? <BudgetWay /> : <MemoryWays />}
      </div>
    </div>
  )
}

/** The first field of the method that holds what it cannot. */
function fieldTrouble(): string | null {
  const method = methodNow()
  if (!method) return null
  const parameters = parametersOf(draftNow(), method)
  for (const setting of settingsOf(method.configSchema)) {
    const trouble = troubleOf(setting, parameters[setting.name])
    if (trouble !== null) return `${setting.label}: ${trouble}`
  }
  return null
}

/** What one is about to start: time, memory, training steps. */
function Sums({ plan }: { readonly plan: Plan }) {
  return (
    <p className="images-sums">
      <span className="number">{formatDuration(secondsOf(plan))}</span>
      <span className="number">{formatBytes(plan.memoryBytes)}</span>
      <span>
        <span className="number">{formatCount(trainingSteps(plan) ?? 0)}</span> steps
      </span>
    </p>
  )
}

export function StartBar() {
  const answer = useImages((state) => state.answer)
  const trouble = useImages((state) => state.trouble)
  const starting = useImages((state) => state.starting)
  const busy = usePage((state) => state.runs?.some(({ state: is }) => is === 'running' || is === 'paused')) ?? false
  const obstacle = answer?.plan.obstacle ?? null
  const why = trouble ? (fieldTrouble() ?? `${trouble.message} ${trouble.hint}`) : null
  const privacy = answer?.plan.plan.privacy
  const ready = answer !== null && !obstacle && why === null && !starting
  return (
    <footer className="images-start">
      {why !== null ? (
        <div className="images-obstacle" role="status">
          <Icon name="warning" />
          <p>{why}</p>
        </div>
      ) : (
        obstacle && <Obstacle obstacle={obstacle} />
      )}
      {answer && <Sums plan={answer.plan.plan} />}
      <Button look="primary" large disabled={!ready} onClick={() => void startRun()}>
        {starting ? 'Starting…' : busy ? 'Add to the queue' : 'Start run'}
      </Button>
      <p className="images-note">
        {privacy && !obstacle && !why ? (
          <>
            Brings what the data set has spent to ε <span className="number">{formatEpsilon(privacy.spentAfter)}</span>,
            also if it is cancelled after its release.
          </>
        ) : (
          'Nothing is charged until a run starts.'
        )}
      </p>
    </footer>
  )
}
