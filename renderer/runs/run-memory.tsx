/** The device of a run, and the memory its process holds while it works. */
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

export function RunDevice({ run }: { readonly run: string }) {
  const backend = useBackend(run)
  if (!backend?.device) return null
  const { device, name, threads } = backend
  return (
    <span className="run-device" title={device}>
      <span className="run-device-name">{device}</span>
      {name === 'tensorflow-cpu' && threads !== undefined && (
        <span>
          <span className="number">{threads}</span> {threads === 1 ? 'thread' : 'threads'}
        </span>
      )}
    </span>
  )
}

export function RunMemoryFigure({ run }: { readonly run: string }) {
  const memory = useRuns((state) => state.memory[run])
  if (!memory) return null
  const { course, residentBytes, graphicsBytes } = memory
  return (
    <span className="run-memory">
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
