/**
 * The nearest rows of a reference set: shows which real pictures a synthetic one resembles most (memorisation), and gives
 * precision and recall their radii. Distances are Euclidean, measured in float64 by direct differences.
 */
import { LetheError } from '../../contract/errors.ts'
import { certifiedSearch, squaredDistance } from './certified-search.ts'
import { checkFeatures, type Features } from './features.ts'

export interface Neighbours {
  /** Neighbours of each query. */
  readonly k: number
  /** [queries × k] rows of the reference, nearest first; which of several at the same distance comes is not specified. */
  readonly indices: Int32Array
  /** [queries × k] distances. */
  readonly distances: Float64Array
}

/** Pairs measured beyond the k wanted, before more are asked for. */
const spare = 2

/** The k nearest reference rows of every query. */
export function nearestNeighbours(reference: Features, queries: Features, k: number): Neighbours {
  checkFeatures(reference, 'reference')
  checkFeatures(queries, 'query')
  if (reference.columns !== queries.columns)
    throw new LetheError(
      'file-malformed',
      `query features: expected ${reference.columns} columns, found ${queries.columns}`,
    )
  return search(reference, queries, k, false)
}

/** The k nearest other rows of every row. */
export function nearestOthers(features: Features, k: number): Neighbours {
  checkFeatures(features, 'reference')
  return search(features, features, k, true)
}

function search(reference: Features, queries: Features, k: number, others: boolean): Neighbours {
  const available = reference.rows - (others ? 1 : 0)
  if (!Number.isSafeInteger(k) || k < 1 || k > available) {
    throw new LetheError(
      'config-invalid',
      `neighbours: expected 1 to ${available} for ${reference.rows} rows, found ${k}`,
      'Ask for fewer neighbours or give more rows.',
    )
  }
  const indices = new Int32Array(queries.rows * k)
  const squares = new Float64Array(queries.rows * k)
  certifiedSearch(queries, reference, {
    candidates: k + spare + (others ? 1 : 0),
    settle(query, candidates, bound) {
      // Insertion into the k best so far; k is small.
      let filled = 0
      const base = query * k
      for (const candidate of candidates) {
        if (others && candidate === query) continue
        const square = squaredDistance(queries, query, reference, candidate)
        if (filled === k && square >= squares[base + k - 1]!) continue
        let place = filled < k ? filled++ : k - 1
        for (; place > 0 && squares[base + place - 1]! > square; place--) {
          squares[base + place] = squares[base + place - 1]!
          indices[base + place] = indices[base + place - 1]!
        }
        squares[base + place] = square
        indices[base + place] = candidate
      }
      // No distance is below zero: enough copies settle a query whatever the bound.
      return filled === k && -squares[base + k - 1]! >= Math.min(bound, 0)
    },
  })
  return { k, indices, distances: squares.map(Math.sqrt) }
}
