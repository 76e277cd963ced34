/** What a source is: its facts, its classes, some of its pictures, and what is wrong with it. */
import type { DataProblem, Inspection } from '../../main/contract/calls/data.ts'
import { Bars } from '../charts/bars.tsx'
import { formatCount, formatFigure } from '../app/format.ts'
import { usePage } from '../app/store.ts'
import { Facts } from '../ui/facts.tsx'
import { Icon } from '../ui/icons.tsx'

function ImageFacts({ found }: { readonly found: Inspection }) {
  const { formatTitle, items, shape, dtype, range, becomes } = found
  const size = becomes
    ? `${becomes.height} × ${becomes.width} pixels`
    : shape && (shape.length > 2 ? shape.slice(1) : shape).join(' × ')
  const values = range && `${formatFigure(range[0])} to ${formatFigure(range[1])}`
  // What could not be found out is left out: the list of problems says why.
  const rows = [
    ['Format', formatTitle],
    ['Images', items === null ? null : formatCount(items)],
    ['Size', size ?? (items ? 'several sizes' : null)],
    ['Values', values ? `${values}${dtype ? `, ${dtype}` : ''}` : null],
    ['Colour', becomes && (becomes.channels === 1 ? 'gray' : 'colour')],
    ['Classes', found.classes.length > 0 ? formatCount(found.classes.length) : items ? 'no labels' : null],
  ].filter((row): row is [string, string] => Boolean(row[1]))
  return <Facts className="source-facts" rows={rows} />
}

/** A whole multiple of the pixels, up to 72; larger ones are fitted by the style. */
const scaleOf = (width: number, height: number): number => Math.max(1, Math.floor(72 / Math.max(width, height)))

/** The places of the pictures are kept while they load: nothing moves. */
function Tiles({ found, task }: { readonly found: Inspection; readonly task: string }) {
  // What is looked at before import may be sensitive: it is covered while the screen is locked.
  const covered = usePage((state) => state.covered)
  if (found.tiles.length === 0) return null
  return (
    <section>
      <h2>{found.tiles.length} of its images, from all over the set</h2>
      <ul className="source-tiles" style={covered ? { visibility: 'hidden' } : {}}>
        {found.tiles.map(({ width, height, caption }, index) => (
          <li key={index}>
            <img
              src={`app://lab/data/previews/${task}/${index}.png`}
              width={width * scaleOf(width, height)}
              height={height * scaleOf(width, height)}
              alt={`Image of class ${caption}`}
            />
            <span title={caption}>{caption}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Problem({ problem }: { readonly problem: DataProblem }) {
  return (
    <li className={problem.severity}>
      <Icon name={problem.severity === 'error' ? 'warning' : 'info'} size={14} />
      <p>{problem.message}</p>
    </li>
  )
}

export function Problems({ found }: { readonly found: Inspection }) {
  const { problems, errors, warnings, refusal } = found
  if (refusal && errors === 1 && warnings === 0) return null // it is said above
  if (refusal && problems.length === 0) return null
  if (problems.length === 0)
    return (
      <p className="no-problems">
        <Icon name="check" /> Everything was read; nothing is broken.
      </p>
    )
  const words = [
    errors > 0 && `${formatCount(errors)} broken`,
    warnings > 0 && `${formatCount(warnings)} to know`,
  ].filter(Boolean)
  const more = errors + warnings - problems.length
  return (
    <section>
      <h2>{words.join(', ')}</h2>
      {errors === 0 && <p className="faint">None of this stands in the way of an import.</p>}
      <ul className="source-problems" tabIndex={0} aria-label="Problems">
        {problems.map((problem, index) => (
          <Problem key={index} problem={problem} />
        ))}
        {more > 0 && <li className="faint">and {formatCount(more)} more</li>}
      </ul>
    </section>
  )
}

const mostClasses = 24

export function SourceFacts({ found, task }: { readonly found: Inspection; readonly task: string }) {
  const { classes } = found
  const shown = classes.slice(0, mostClasses)
  return (
    <>
      <ImageFacts found={found} />
      <Problems found={found} />
      <Tiles found={found} task={task} />
      {shown.length > 0 && (
        <section>
          <h2>
            Images in each class{classes.length > shown.length && `, the first ${shown.length} of ${classes.length}`}
          </h2>
          <Bars label="Images in each class" items={shown.map(({ name, count }) => ({ name, value: count }))} />
        </section>
      )}
    </>
  )
}
