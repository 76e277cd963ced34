/** The shares as the threshold stands, what they mean together, and what the auditor itself is worth. */
import { Fragment, useEffect, useState } from 'react'
import type { Audit } from '../../../main/contract/audit.ts'
import type { CallOutput } from '../../../main/contract/calls.ts'
import { ask } from '../../app/bridge.ts'
import { formatFigure } from '../../app/format.ts'
import { Explain } from '../../ui/hint.tsx'
import { useAudit } from './audit-store.ts'
import { groupColours, meaningOf, sharesAt, type LiveShare, type Look } from './audit-view.ts'

const titles = {
  forgotten: 'of the forget set judged forgotten',
  remaining: 'of the remaining judged in',
  'never-seen': 'of the never-seen judged forgotten, the control',
} as const

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 1 ? 1 : 0)} %`

function Share({ share }: { readonly share: LiveShare }) {
  const { group, count, of, low, high, undecided } = share
  return (
    <div className="audit-share">
      <p className="audit-share-figure number">{of > 0 ? percent(count / of) : '–'}</p>
      <p>
        <i style={{ background: groupColours[group] }} />
        {titles[group]}
      </p>
      <p className="trajectories-note">
        <span className="number">
          {count} of {of}
        </span>
        <span>
          <span className="number">
            {percent(low)} – {percent(high)}
          </span>{' '}
          at 95 %
        </span>
        {undecided > 0 && <span>{undecided} undecided</span>}
      </p>
    </div>
  )
}

const Figure = ({ value }: { readonly value: number | null }) => (
  <span className="number">{value === null ? '–' : formatFigure(value)}</span>
)

/** With an agent trained anew: how far the verdicts can be trusted, and how near the agent has come. */
function Reference({ auditor, apart }: Pick<Audit, 'auditor' | 'apart'>) {
  const { agentAndRetrained: near, originalAndRetrained: scale } = apart
  return (
    <dl className="audit-reference">
      {auditor && (
        <div>
          <dt>The auditor itself, released rule</dt>
          <dd>
            balanced accuracy <Figure value={auditor.released.balancedAccuracy} />, ½ being blind; recall{' '}
            <Figure value={auditor.released.recall} />, specificity <Figure value={auditor.released.specificity} />; F1{' '}
            <Figure value={auditor.released.f1} />, beside <Figure value={auditor.released.blindF1} /> of an auditor
            that says “in” of everything
          </dd>
        </div>
      )}
      {near?.forgotten && scale?.forgotten && (
        <div>
          <dt>Apart from the agent trained anew, on the forget set</dt>
          <dd>
            values <span className="number">{formatFigure(near.forgotten.value)}</span>, actions{' '}
            <span className="number">{formatFigure(near.forgotten.action)}</span>; the original{' '}
            <span className="number">{formatFigure(scale.forgotten.value)}</span> and{' '}
            <span className="number">{formatFigure(scale.forgotten.action)}</span>
          </dd>
        </div>
      )}
    </dl>
  )
}

type OverSeeds = NonNullable<CallOutput<'audit.seeds'>>

/** The same forgetting with other seeds of the training, by the rule that is looked at, at the threshold that each audit had. */
function Seeds({ run, test }: { readonly run: string; readonly test: Look['test'] }) {
  const [known, setKnown] = useState<{ readonly run: string; readonly found: OverSeeds | null } | null>(null)
  useEffect(() => {
    let left = false
    void ask('audit.seeds', { run }, () => undefined).then((found) => left || setKnown({ run, found }))
    return () => void (left = true)
  }, [run])
  if (!known?.found || known.run !== run) return null
  const { seeds, shares } = known.found
  const { forgotten, remaining, control } = shares[test === 'released' ? 'released' : 'textbook']
  const parts = [
    ['forget set', forgotten],
    ['remaining', remaining],
    ['control', control],
  ] as const
  return (
    <p className="trajectories-note">
      Over {seeds.length} seeds, mean and 95 % interval
      {parts.map(
        ([name, interval]) =>
          interval && (
            <Fragment key={name}>
              , {name} <span className="number">{overSeeds(interval)}</span>
            </Fragment>
          ),
      )}
    </p>
  )
}

/** Cut where a share can be nothing else. */
function overSeeds({ mean, half }: { readonly mean: number; readonly half: number }): string {
  const bound = (share: number): string => (100 * Math.min(1, Math.max(0, share))).toFixed(0)
  return `${percent(mean)} (${bound(mean - half)} – ${bound(mean + half)})`
}

export function AuditSummary() {
  const audit = useAudit((state) => state.audit)
  const look = useAudit((state) => state.look)
  if (!audit || !look) return null
  const shares = sharesAt(audit.found, look)
  const { auditor, apart, retrained } = audit.found
  return (
    <section className="audit-summary" aria-label="What was found">
      <div className="audit-shares" aria-live="polite">
        {shares.map((share) => (
          <Share key={share.group} share={share} />
        ))}
      </div>
      <p className="audit-meaning">
        {meaningOf(shares)} <Explain page="audit#audit-control" term="the control" />
      </p>
      <Seeds run={audit.run} test={look.test} />
      {retrained && <Reference {...{ auditor, apart }} />}
    </section>
  )
}
