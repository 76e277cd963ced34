/** What the run makes, as it sharpens. Pixels stay crisp: a picture is shown at a whole multiple of its size. */
import { useEffect, useState } from 'react'
import type { RunSummary } from '../../main/contract/run.ts'
import { artifactUrl } from '../app/bridge.ts'
import { formatCount, formatName } from '../app/format.ts'
import { useWidth } from '../ui/use-width.ts'
import type { Preview } from './run-view.ts'

/** The largest whole multiple of `natural` device pixels that fits, at least one; a larger picture is scaled down to fit. */
export function crispWidth(natural: number, available: number, ratio: number): number {
  const multiple = Math.floor((available * ratio) / natural)
  return multiple >= 1 ? (natural * multiple) / ratio : available
}

/** Shows the next picture only once it is decoded, so that nothing flickers. */
function useDecoded(url: string): HTMLImageElement | null {
  const [image, setImage] = useState<HTMLImageElement | null>(null)
  useEffect(() => {
    let current = true
    const next = new Image()
    next.src = url
    next.decode().then(
      () => current && setImage(next),
      () => undefined, // the one before stays; a later version will come
    )
    return () => {
      current = false
    }
  }, [url])
  return image
}

const stepWords = ({ step }: Preview): string => (step === null ? 'final' : `step ${formatCount(step)}`)

const tallest = 640

function Picture({ run, preview }: { readonly run: RunSummary; readonly preview: Preview }) {
  const [place, available] = useWidth()
  const image = useDecoded(artifactUrl(run.id, preview.file, preview.version))
  const room = image ? Math.min(available, (tallest * image.naturalWidth) / image.naturalHeight) : 0
  const width = image ? crispWidth(image.naturalWidth, room, window.devicePixelRatio) : 0
  return (
    <figure className="preview">
      <figcaption>
        <h2>{formatName(preview.name)}</h2>
        <span className="number">{stepWords(preview)}</span>
      </figcaption>
      <div className="preview-place" ref={place}>
        {image && width > 0 && (
          <img
            src={image.src}
            alt={`${formatName(preview.name)}, ${stepWords(preview)}`}
            style={{ width }}
            draggable={false}
          />
        )}
      </div>
    </figure>
  )
}

export function Previews({
  run,
  previews,
}: {
  readonly run: RunSummary
  readonly previews: Readonly<Record<string, Preview>>
}) {
  const shown = Object.values(previews)
  if (shown.length === 0) {
    if (run.state !== 'running') return null
    return (
      <div className="preview-waiting">
        {run.waitsFor === null
          ? 'The first samples appear here as soon as the generator has learnt something.'
          : 'This run begins by itself when the one before has ended.'}
      </div>
    )
  }
  return (
    <div className="previews">
      {shown.map((preview) => (
        <Picture key={preview.name} run={run} preview={preview} />
      ))}
    </div>
  )
}
