import { LetheError } from '../../contract/errors.ts'
import type { Features } from '../metrics/features.ts'

/** Pictures of one size: uint8, [count, height, width, channels]; one channel is gray, three are RGB. */
export interface ImageBatch {
  readonly data: Uint8Array
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

export interface FeatureOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Something that turns pictures into rows of numbers which metrics compare. Its name belongs to every such figure. */
export interface Backbone {
  readonly id: string
  /** As shown beside figures. */
  readonly title: string
  readonly licence: string
  readonly featureLength: number
  /** The file that set-up provides; null where none is needed. */
  readonly weights: { readonly file: string; readonly sha256: string } | null
  /** Why figures made with it mean what they mean, and what they must not be compared with. */
  readonly caution: string
  load(options?: LoadOptions): Promise<LoadedBackbone>
}

export interface LoadOptions {
  /** Another file of weights in the same layout. */
  readonly weights?: string
  /** Side in pixels that pictures are scaled to. */
  readonly size?: number
  /** The real pictures, for backbones that are fitted to them. */
  readonly reference?: ImageBatch
}

export interface LoadedBackbone {
  /** As shown beside figures, with what was chosen on loading. */
  readonly title: string
  readonly weightsSha256: string | null
  readonly features: (images: ImageBatch, options?: FeatureOptions) => Promise<Features>
  /** Features and class probabilities in one pass; null where it is no classifier. */
  readonly classify: ((images: ImageBatch, options?: FeatureOptions) => Promise<Classification>) | null
  /** Frees native memory; must be called once. */
  readonly dispose: () => void
}

export interface Classification {
  readonly features: Features
  readonly probabilities: Features
}

/** Throws `config-invalid` unless the pictures are what their numbers say. */
export function checkImages({ data, count, height, width, channels }: ImageBatch): void {
  const plain = [count, height, width].every((size) => Number.isSafeInteger(size) && size > 0)
  if (!plain || (channels !== 1 && channels !== 3) || data.length !== count * height * width * channels) {
    throw new LetheError(
      'config-invalid',
      `images: expected count × height × width × 1 or 3 bytes, found ${data.length} for ${count} × ${height} × ${width} × ${channels}`,
      'Give at least one gray or RGB picture.',
    )
  }
}

/** Between batches: lets other work of the process have its turn and notices cancelling. */
export async function nextBatch({ signal, onProgress }: FeatureOptions, done: number, total: number): Promise<void> {
  await new Promise(setImmediate)
  if (signal?.aborted) throw new LetheError('cancelled', `cancelled after ${done} of ${total} pictures`)
  onProgress?.(done, total)
}
