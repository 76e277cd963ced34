// A file of its own: the page runs it, and would take all of zod along with the schemas.

/** Of the privacy budget of a data set, as epsilon. */
export const budgetBounds = { min: 0.01, max: 1000 } as const
