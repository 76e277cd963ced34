import { LetheError } from '../../contract/errors.ts'
import type { Backbone } from './backbone.ts'
import { efficientNetLite0 } from './efficientnet-lite0.ts'
import { pixelsPca64 } from './pixels-pca64.ts'

/** Every way to turn pictures into features, the default first. */
export const backbones: readonly Backbone[] = [efficientNetLite0, pixelsPca64]

/** Throws `config-invalid` for an unknown id. */
export function backboneOf(id: string): Backbone {
  const found = backbones.find((backbone) => backbone.id === id)
  if (found) return found
  const known = backbones.map((backbone) => backbone.id).join(', ')
  throw new LetheError('config-invalid', `backbone: expected one of ${known}, found '${id}'`, 'Choose one of these.')
}
