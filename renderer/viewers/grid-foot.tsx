/** Below a grid: what the mouse is over, pixel and value, and the zoom. Its height never changes. */
import { Tag } from '../ui/controls.tsx'
import { Icon } from '../ui/icons.tsx'
import { zooms } from './grid-geometry.ts'
import type { Pixel } from './grid-painter.ts'

interface FootProps {
  readonly caption: string | null
  readonly pixel: Pixel | null
  readonly zoom: number
  readonly onZoom: (direction: 1 | -1) => void
  readonly failed: number
  readonly onRetry: () => void
  readonly sensitive: boolean
}

export function GridFoot({ caption, pixel, zoom, onZoom, failed, onRetry, sensitive }: FootProps) {
  return (
    <footer className="grid-foot">
      {sensitive && (
        <Tag meaning="sensitive" icon="eye">
          sensitive
        </Tag>
      )}
      <span className="grid-caption">{caption}</span>
      {failed > 0 && (
        <button type="button" className="link" onClick={onRetry}>
          Some images could not be read; try again
        </button>
      )}
      {pixel && (
        <span className="number">
          {pixel.x}, {pixel.y}
          <span className="grid-value">{pixel.colour && valueOf(pixel.colour)}</span>
        </span>
      )}
      <span className="grid-zoom">
        <ZoomButton direction={-1} disabled={zoom === zooms[0]} onZoom={onZoom} />
        <span className="number">{zoom}×</span>
        <ZoomButton direction={1} disabled={zoom === zooms[zooms.length - 1]} onZoom={onZoom} />
      </span>
    </footer>
  )
}

/** One number where the pixel is grey. */
function valueOf([red, green, blue]: readonly [number, number, number]): string {
  return red === green && green === blue ? String(red) : `${red} ${green} ${blue}`
}

interface ZoomProps {
  readonly direction: 1 | -1
  readonly disabled: boolean
  readonly onZoom: (direction: 1 | -1) => void
}

function ZoomButton({ direction, disabled, onZoom }: ZoomProps) {
  const words = direction > 0 ? 'Larger' : 'Smaller'
  return (
    <button
      type="button"
      aria-label={words}
      title={`${words}  ${direction > 0 ? '+' : '−'}`}
      disabled={disabled}
      onClick={() => onZoom(direction)}
    >
      <Icon name={direction > 0 ? 'plus' : 'minus'} size={14} />
    </button>
  )
}
