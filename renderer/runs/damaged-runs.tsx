/** Runs whose record cannot be read, below those that can: what was found, and the way out. */
import { useEffect } from 'react'
import { Button } from '../ui/controls.tsx'
import { loadDamagedRuns, removeRuns } from './run-actions.ts'
import { useRuns } from './runs-store.ts'

export function DamagedRuns() {
  const damaged = useRuns((state) => state.damaged)
  useEffect(() => void loadDamagedRuns(), [])
  if (damaged.length === 0) return null
  return (
    <section className="damaged-runs" aria-label="Runs that cannot be read">
      <h3>{damaged.length === 1 ? '1 run cannot be read' : `${damaged.length} runs cannot be read`}</h3>
      <ul>
        {damaged.map(({ id, found, hint }) => (
          <li key={id}>
            <code>{id}</code>
            <p>{found}</p>
            <p className="faint">{hint}</p>
            <Button onClick={() => void removeRuns([{ id, title: id }])}>Move to the trash</Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
