/** The registry of algorithms, and settings by preset. */
import { LetheError } from '../../contract/errors.ts'
import type { Algorithm } from './algorithm.ts'
import { bcq } from './bcq.ts'
import { bear } from './bear.ts'
import { behaviourCloning } from './behaviour-cloning.ts'
import { cql } from './cql.ts'
import { iql } from './iql.ts'
import { plas } from './plas.ts'
import { td3Bc } from './td3-bc.ts'

/** One whose own types are not known. */
export type AnyAlgorithm = Algorithm<never, never, never>

export const algorithms = [td3Bc, iql, cql, bcq, bear, plas, behaviourCloning] as unknown as readonly AnyAlgorithm[]

/** Errors: `method-missing`. */
export function algorithmOf(id: string): AnyAlgorithm {
  const found = algorithms.find((one) => one.id === id)
  if (!found)
    throw new LetheError(
      'method-missing',
      `There is no algorithm ${id}.`,
      `There are ${algorithms.map((one) => one.id).join(', ')}.`,
    )
  return found
}
