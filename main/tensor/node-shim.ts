import util from 'node:util'

/** Functions that Node 23 took out of `node:util` and that tfjs-node 4.22 still calls. */
export const removedFunctions = {
  isArray: Array.isArray,
  isNullOrUndefined: (value: unknown): value is null | undefined => value === null || value === undefined,
}

/** Puts back what is missing. Must run before tfjs-node is loaded; needed nowhere else. */
export function restoreRemovedFunctions(target: object = util): void {
  for (const [name, value] of Object.entries(removedFunctions)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true })
  }
}
