/**
 * Improved precision and recall.
 *
 * Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models", NeurIPS 2019, eqs. 1 and 2:
 * a set's manifold is the union of balls around its rows, each reaching to the row's k-th nearest other row.
 * Precision is the share of fake rows inside the real manifold, recall the share of real rows inside the fake one.
 * Published code that counts a row as its own neighbour passes k + 1 for the same balls. Membership is exact: it is decided
 * on float64 distances, never on the rounded ones that find the candidates.
 */
import { certifiedSearch, squaredDistance } from './certified-search.ts'
import { checkPair, type Features } from './features.ts'
import { nearestOthers } from './nearest-neighbours.ts'

export interface PrecisionRecall {
  /** 0 to 1. */
  readonly precision: number
  /** 0 to 1. */
  readonly recall: number
}

/** @param neighbours k, the paper's 3; both sets need more rows than that */
export function precisionRecall(real: Features, fake: Features, neighbours = 3): PrecisionRecall {
  checkPair(real, fake, neighbours + 1)
  return {
    precision: shareInside(fake, real, squaredRadii(real, neighbours)),
    recall: shareInside(real, fake, squaredRadii(fake, neighbours)),
  }
}

/** Squared distance of every row to its k-th nearest other row. */
function squaredRadii(features: Features, k: number): Float64Array {
  const { indices } = nearestOthers(features, k)
  return Float64Array.from({ length: features.rows }, (_, row) =>
    squaredDistance(features, row, features, indices[row * k + k - 1]!),
  )
}

/** Share of queries within the radius of at least one row of the reference. */
function shareInside(queries: Features, reference: Features, squaredRadii: Float64Array): number {
  let inside = 0
  certifiedSearch(queries, reference, {
    bonus: squaredRadii,
    candidates: 2,
    settle(query, candidates, bound) {
      const found = candidates.some(
        (candidate) => squaredDistance(queries, query, reference, candidate) <= squaredRadii[candidate]!,
      )
      if (found) inside++
      return found || bound < 0
    },
  })
  return inside / queries.rows
}
