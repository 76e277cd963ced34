/** Middle, before a start: what will happen in which order, what is released at which cost, and what is known from elsewhere. */
import type { SynthesisPlan } from '../../main/contract/calls/images.ts'
import type { PrivacyPlan, Stage } from '../../main/contract/privacy.ts'
import type { Plan } from '../../main/contract/run.ts'
import { capital, formatBytes, formatCount, formatDuration, formatEpsilon, formatFigure } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { KnownResults } from './known-results.tsx'
import { grouped, secondsOf, trainingSteps } from './plan-sums.ts'
import { useImages } from './images-store.ts'

function Totals({ answer: { plan, memoryLimit } }: { readonly answer: SynthesisPlan }) {
  const steps = trainingSteps(plan)
  return (
    <dl className="images-totals">
      <div>
        <dt>Time, about</dt>
        <dd className="number">{formatDuration(secondsOf(plan))}</dd>
      </div>
      <div>
        <dt>Memory, about</dt>
        <dd>
          <span className="number">{formatBytes(plan.memoryBytes)}</span>
          <span className="of">
            {' '}
            of <span className="number">{formatBytes(memoryLimit)}</span>
          </span>
        </dd>
      </div>
      {steps !== undefined && (
        <div>
          <dt>Training steps</dt>
          <dd className="number">{formatCount(steps)}</dd>
        </div>
      )}
      {plan.privacy && (
        <div>
          <dt>Privacy loss</dt>
          <dd className="number">ε {formatEpsilon(plan.privacy.epsilon)}</dd>
        </div>
      )}
    </dl>
  )
}

function Phases({ plan }: { readonly plan: Plan }) {
  const groups = grouped(plan.steps)
  return (
    <section className="images-section">
      <h2>What will happen</h2>
      <div className="images-lengths" aria-hidden="true">
        {groups.map(({ name, seconds }) => (
          <span key={name} style={{ flexGrow: seconds }} />
        ))}
      </div>
      <table className="images-phases">
        <thead className="unseen">
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Phase</th>
            <th scope="col">Note</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, parts, note, seconds }, index) => (
            <tr key={name}>
              <td className="number order">{index + 1}</td>
              <td>{name}</td>
              <td className="note">
                {capital(note)}
                {parts.length > 0 && `: ${parts.join(', ')}`}
              </td>
              <td className="number value">{formatDuration(Math.max(1, seconds))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="images-note">Times are for two quiet processor cores.</p>
    </section>
  )
}

const nbsp = '\u00a0'

function noiseWords({ event, sensitivity }: Stage): string {
  if (event.kind === 'pure') return `Laplace, ε${nbsp}${formatFigure(event.epsilon)}`
  const sampled = event.rate < 1 ? `, rate ${formatFigure(event.rate)}` : ''
  const steps = event.steps > 1 ? `, ${formatCount(event.steps)} steps` : ''
  return `Gaussian, σ${nbsp}${formatFigure(event.noiseMultiplier)}${nbsp}×${nbsp}${formatFigure(sensitivity)}${sampled}${steps}`
}

function Releases({ privacy, epsilons }: { readonly privacy: PrivacyPlan; readonly epsilons: readonly number[] }) {
  return (
    <section className="images-section">
      <h2>What is released, and what it costs</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Released</th>
            <th scope="col">Noise × sensitivity</th>
            <th scope="col">Account</th>
            <th scope="col" className="value">
              ε
            </th>
          </tr>
        </thead>
        <tbody>
          {privacy.stages.map((stage, index) => (
            <tr key={stage.id}>
              <td>{capital(stage.noisedQuantity)}</td>
              <td className="number">{noiseWords(stage)}</td>
              <td>{stage.account}</td>
              <td className="number value">{formatEpsilon(epsilons[index] ?? Infinity)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="images-note">
        Train and validation are different images, so the run costs the larger of the two accounts:{' '}
        <span className="number">ε {formatEpsilon(privacy.epsilon)}</span> at{' '}
        <span className="number">δ {formatFigure(privacy.delta)}</span>.
      </p>
    </section>
  )
}

function Reads({ reads }: { readonly reads: readonly string[] }) {
  if (reads.length === 0) return null
  return (
    <section className="images-section images-reads">
      <h2>
        Read without noise{' '}
        <Tag meaning="sensitive" icon="eye">
          not private
        </Tag>
      </h2>
      <ul>
        {reads.map((read) => (
          <li key={read}>{capital(read)}</li>
        ))}
      </ul>
      <p className="images-note">
        For your eyes only, noted in the ledger. Choose release or leave out the score, and nothing is read this way.
      </p>
    </section>
  )
}

export function PlanPanel() {
  const answer = useImages((state) => state.answer)
  const trouble = useImages((state) => state.trouble)
  const method = useImages((state) => state.methods?.find(({ id }) => id === answer?.draft.method)?.title)
  const data = usePage((state) => state.datasets?.find(({ id }) => id === answer?.draft.data)?.name)
  if (!answer)
    return (
      <section className="images-middle" aria-label="Plan">
        {trouble && (
          <p className="images-trouble">
            <Icon name="warning" /> {trouble.message} {trouble.hint}
          </p>
        )}
      </section>
    )
  const { plan, stageEpsilons } = answer.plan
  return (
    <section className="images-middle" aria-label="Plan">
      <header className="images-head">
        <h1>{`${method} on ${data}, ε = ${answer.draft.epsilon}`}</h1>
        <p className="images-note">A plan: nothing has been read, and nothing is charged, until it starts.</p>
      </header>
      <Totals answer={answer.plan} />
      <Phases plan={plan} />
      {plan.privacy && <Releases privacy={plan.privacy} epsilons={stageEpsilons} />}
      <Reads reads={plan.nonPrivateReads} />
      <KnownResults />
    </section>
  )
}
