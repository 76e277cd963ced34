/** What a finished run is worth: the one accuracy that is private, those that are not, and what others published. */
import type { RunSummary } from '../../main/contract/run.ts'
import { formatFigure } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { useDetail } from '../runs/detail.ts'
import { Tag } from '../ui/controls.tsx'
import { publishedNameOf } from './draft.ts'
import { useImages } from './images-store.ts'

/** The outcome of a synthesis as far as it is shown here; read from a file, so nothing of it is taken for granted. */
interface Outcome {
  readonly images?: number
  readonly selection?: {
    readonly classifier: string
    readonly epoch: number
    readonly privateAccuracy: number
    readonly testAccuracy: number | null
    readonly bestOnTest: number | null
  }
  readonly classifiers?: readonly Scored[]
  readonly reference?: readonly Scored[]
  readonly fidelity?: {
    readonly backbone: string
    readonly frechet: number
    readonly precision: number
    readonly recall: number
    readonly kid: number
  }
}
interface Scored {
  readonly id: string
  readonly title: string
  readonly testAccuracy: readonly number[]
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : `${(share * 100).toFixed(1)} %`
const last = ({ testAccuracy }: Scored): number | null => testAccuracy[testAccuracy.length - 1] ?? null

const NotPrivate = () => (
  <Tag meaning="sensitive" icon="eye">
    not private
  </Tag>
)

function Accuracies({ outcome }: { readonly outcome: Outcome }) {
  const { classifiers = [], reference = [] } = outcome
  if (classifiers.length === 0) return null
  return (
    <table>
      <caption>
        On the test images, last epoch <NotPrivate />
      </caption>
      <thead>
        <tr>
          <th scope="col">Classifier</th>
          <th scope="col" className="value">
            Learnt from synthetic
          </th>
          <th scope="col" className="value">
            From real images
          </th>
        </tr>
      </thead>
      <tbody>
        {classifiers.map((one) => {
          const real = reference.find(({ id }) => id === one.id)
          return (
            <tr key={one.id}>
              <th scope="row">{one.title}</th>
              <td className="number value not-private">{percent(last(one))}</td>
              <td className="number value not-private">{percent(real && last(real))}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Fidelity({ fidelity }: { readonly fidelity: NonNullable<Outcome['fidelity']> }) {
  const rows = [
    ['Fréchet distance', fidelity.frechet],
    ['Precision', fidelity.precision],
    ['Recall', fidelity.recall],
    ['Kernel distance', fidelity.kid],
  ] as const
  return (
    <table>
      <caption>
        Against training images, features of {fidelity.backbone} <NotPrivate />
      </caption>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="number value not-private">{formatFigure(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function PublishedRow({ run }: { readonly run: RunSummary }) {
  const published = useImages((state) => state.published)
  const result = useImages((state) => state.results.find((one) => one.run === run.id))
  const title = useImages((state) => state.methods?.find(({ id }) => id === result?.method)?.title)
  const dataset = usePage((state) => state.datasets?.find(({ id }) => id === result?.data))
  if (!published || !result || !dataset) return null
  const names = [...new Set(published.accuracy.map(({ data }) => data))]
  const data = publishedNameOf(dataset, names)
  const rows = published.accuracy.filter((row) => row.method === title && row.data === data)
  const fid = published.fidelity.find((row) => row.method === title && row.data === data)
  if (rows.length === 0) return <p className="images-note">Nothing is published for this method on this data set.</p>
  return (
    <div className="images-cautions">
      <p>
        Published for {title} on {data}:{' '}
        {rows.map(({ epsilon, percent: value }) => `${value.toFixed(1)} % at ε ${epsilon}`).join(', ')}
        {fid && `; FID ${fid.fid} at ε ${fid.epsilon}`}. <strong>Not comparable with the figures above.</strong>{' '}
        {published.cautions.join(' ')} Source: {published.citation}.
      </p>
    </div>
  )
}

/** The one private figure, first: of a run in release mode it may be released. */
export function ScoreHead({ run }: { readonly run: RunSummary }) {
  const { selection, classifiers = [] } = (run.outcome ?? {}) as Outcome
  const mode = useDetail(run.id, 'plan')?.privacy?.mode
  if (!selection) return null
  const chosen = classifiers.find(({ id }) => id === selection.classifier)?.title ?? selection.classifier
  return (
    <section className="images-section images-score" aria-label="Score">
      <p className="images-score-figure">
        <span className="number">{percent(selection.privateAccuracy)}</span>
        <span>
          accuracy, private
          {mode === 'release' ? ': may be released' : '; only a run in release mode makes one that may be released'}
        </span>
      </p>
      <p className="images-note">
        Of {chosen} after epoch {selection.epoch}, which has seen synthetic images only. It was chosen with noise on the
        validation images, and counted there with noise.
      </p>
      {selection.testAccuracy !== null && (
        <p className="images-note">
          On the test images it reaches <span className="number not-private">{percent(selection.testAccuracy)}</span>;
          the best of all classifiers and epochs there, the old flattering practice,{' '}
          <span className="number not-private">{percent(selection.bestOnTest)}</span>. <NotPrivate />
        </p>
      )}
    </section>
  )
}

/** All else, and what others published. */
export function ScoreDetails({ run }: { readonly run: RunSummary }) {
  const outcome = (run.outcome ?? {}) as Outcome
  if (!outcome.selection) return null
  return (
    <section className="images-section images-score" aria-label="Score in detail">
      <div className="images-score-tables">
        <Accuracies outcome={outcome} />
        {outcome.fidelity && <Fidelity fidelity={outcome.fidelity} />}
      </div>
      <PublishedRow run={run} />
    </section>
  )
}
