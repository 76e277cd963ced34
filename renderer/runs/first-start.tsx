/** What a person sees who has never run anything. */
import { startDemo } from '../app/feed.ts'
import { usePage } from '../app/store.ts'
import { ImportMenu } from '../data/dataset-list.tsx'
import { Button } from '../ui/controls.tsx'

/** A river drawn in hairlines; each line forgets a little more of the one above it. */
function River() {
  const lines = Array.from({ length: 12 }, (_none, row) => {
    const swing = 17 * Math.exp(-row / 3.6)
    let path = `M${-150 + row * 9} ${24 + row * 14}`
    for (let wave = 0; wave < 8; wave++) path += `c21.9 ${-swing} 38.1 ${-swing} 60 0s38.1 ${swing} 60 0`
    return <path key={row} d={path} style={{ opacity: 0.95 - row * 0.075 }} />
  })
  return (
    <svg className="river" viewBox="0 0 640 200" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      {lines}
    </svg>
  )
}

const steps: readonly { readonly title: string; readonly words: string }[] = [
  { title: 'Data comes in', words: 'with a privacy budget of its own, which every use of it draws from' },
  { title: 'One private look', words: 'noise hides each single image; what was seen is charged before it is used' },
  { title: 'Images and evidence', words: 'a synthetic set, honest scores, and a ledger that anyone can check' },
]

export function FirstStart() {
  const starting = usePage((state) => state.starting)
  return (
    <section className="first-start">
      <River />
      <h1>Keep the pattern, forget the people</h1>
      <p className="lead">
        Lethe turns a sensitive image set into a synthetic one under a privacy budget, on this machine alone, and tells
        you honestly how good it is.
      </p>
      <div className="first-actions">
        <Button look="primary" large disabled={starting} onClick={() => void startDemo()}>
          {starting ? 'Preparing the demo…' : 'Run the demo'}
        </Button>
        <ImportMenu label="Import your own images…" large />
      </div>
      <p className="small">
        The demo: 55 000 real handwritten digits, already inside, at <span className="number">ε = 1</span>. A few
        minutes on two processor cores; you can pause or stop at any time.
      </p>
      <ol className="first-steps">
        {steps.map(({ title, words }, index) => (
          <li key={title}>
            <span className="number">{index + 1}</span>
            <strong>{title}</strong>
            <span>{words}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
