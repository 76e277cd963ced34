/** The device of a run and the memory its process holds, while it works. */
import { formatBytes } from '../app/format.ts'
import { Sparkline } from '../ui/controls.tsx'
import { useDetail } from './detail.ts'
import { useRuns } from './runs-store.ts'

interface Backend {
  readonly name?: string
  readonly device?: string
  readonly threads?: number
}

/** As the run itself recorded it; null before it has started. */
export function useBackend(run: string): Backend | null {
  const environment = useDetail(run, 'environment')
  return (environment?.['backend'] as Backend | undefined) ?? null
}

export function RunMemoryFigure({ run }: { readonly run: string }) {
  const memory = useRuns((state) => state.memory[run])
  const backend = useBackend(run)
  if (!memory) return null
  const { course, residentBytes, graphicsBytes } = memory
  return (
    <span className="run-memory" title={backend?.device ?? 'Memory of the process that works on this run'}>
      <span>
        memory <span className="number">{formatBytes(residentBytes)}</span>
      </span>
      {graphicsBytes !== null && (
        <span>
          graphics card <span className="number">{formatBytes(graphicsBytes)}</span>
        </span>
      )}
      <span className="run-memory-course">
        <Sparkline steps={course.map((_bytes, index) => index)} values={course} />
      </span>
    </span>
  )
}
