/** Accuracy over ε, small: published methods as lines, runs made here as dots, and a line at the ε that is chosen. */
import type { Published, SynthesisResult } from '../../main/contract/calls/images.ts'
import { useWidth } from '../ui/use-width.ts'

interface ChartProps {
  readonly published: Published['accuracy']
  readonly results: readonly SynthesisResult[]
  /** The published name of the chosen method. */
  readonly method: string | null
  readonly data: string
  readonly epsilon: number
}

const height = 220
const frame = { left: 34, right: 8, top: 10, bottom: 26 } as const
const range = { min: 0.01, max: 100 } as const
const ticks = [0.01, 0.1, 1, 10, 100] as const

interface Scale {
  readonly width: number
  x(epsilon: number): number
}

function scaleOf(width: number): Scale {
  return {
    width,
    x(epsilon) {
      const share = Math.log(epsilon / range.min) / Math.log(range.max / range.min)
      return frame.left + Math.min(1, Math.max(0, share)) * (width - frame.left - frame.right)
    },
  }
}
const y = (percent: number): number => frame.top + (1 - percent / 100) * (height - frame.top - frame.bottom)

function Axes({ width, x }: Scale) {
  return (
    <g className="axes">
      {[0, 25, 50, 75, 100].map((percent) => (
        <g key={percent}>
          <line x1={frame.left} x2={width - frame.right} y1={y(percent)} y2={y(percent)} />
          <text x={frame.left - 6} y={y(percent) + 4} textAnchor="end">
            {percent}
          </text>
        </g>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick}
          x={x(tick)}
          y={height - 8}
          textAnchor={tick === range.min ? 'start' : tick === range.max ? 'end' : 'middle'}
        >
          {tick === range.min ? `ε ${tick}` : tick}
        </text>
      ))}
    </g>
  )
}

function Line({
  rows,
  chosen,
  x,
}: { readonly rows: Published['accuracy']; readonly chosen: boolean } & Pick<Scale, 'x'>) {
  const points = [...rows].sort((a, b) => a.epsilon - b.epsilon)
  return (
    <g className={chosen ? 'published chosen' : 'published'}>
      <polyline points={points.map(({ epsilon, percent }) => `${x(epsilon)},${y(percent)}`).join(' ')} />
      {points.map(({ method, epsilon, percent }) => (
        <circle key={epsilon} cx={x(epsilon)} cy={y(percent)} r={chosen ? 3.5 : 2}>
          <title>{`${method}, published: ${percent} % at ε ${epsilon}`}</title>
        </circle>
      ))}
    </g>
  )
}

function Own({ result, x }: { readonly result: SynthesisResult } & Pick<Scale, 'x'>) {
  const { privateAccuracy, testAccuracy, epsilon } = result
  return (
    <g>
      {testAccuracy !== null && (
        <circle className="own test" cx={x(epsilon)} cy={y(testAccuracy * 100)} r={4.5}>
          <title>{`Made here, on test images, not private: ${(testAccuracy * 100).toFixed(1)} % at ε ${epsilon}`}</title>
        </circle>
      )}
      {privateAccuracy !== null && (
        <circle className="own" cx={x(epsilon)} cy={y(privateAccuracy * 100)} r={4.5}>
          <title>{`Made here, private: ${(privateAccuracy * 100).toFixed(1)} % at ε ${epsilon}`}</title>
        </circle>
      )}
    </g>
  )
}

export function AccuracyChart({ published, results, method, data, epsilon }: ChartProps) {
  const [place, room] = useWidth<HTMLElement>()
  const scale = scaleOf(Math.max(room, 200)) // letters keep their size
  const { width, x } = scale
  const names = [...new Set(published.map((row) => row.method))].sort((a) => (a === method ? 1 : -1))
  const label = `Accuracy over ε on ${data}: ${names.length} published methods and ${results.length} runs made here; ε ${epsilon} is chosen`
  return (
    <figure className="images-chart" ref={place}>
      <svg height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        <Axes {...scale} />
        {names.map((name) => (
          <Line key={name} x={x} rows={published.filter((row) => row.method === name)} chosen={name === method} />
        ))}
        {results.map((result) => (
          <Own key={result.run} x={x} result={result} />
        ))}
        <line className="chosen-epsilon" x1={x(epsilon)} x2={x(epsilon)} y1={frame.top} y2={height - frame.bottom} />
      </svg>
      <figcaption>
        <span className="key published-key">published methods</span>
        {method !== null && names.includes(method) && <span className="key chosen-key">{method}, published</span>}
        <span className="key own-key">made here, private</span>
        <span className="key test-key">made here, on test images</span>
        <span className="key epsilon-key">chosen ε</span>
      </figcaption>
    </figure>
  )
}
