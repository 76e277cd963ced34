/**
 * The paths a person chose in a dialog or dropped on the window. A page that was taken over cannot name others: it may only pass
 * on what was given to it here.
 */
export interface Grants {
  add(path: string): void
  has(path: string): boolean
}

const most = 1000

export function createGrants(): Grants {
  const paths = new Set<string>()
  return {
    add(path) {
      if (path === '') return
      paths.delete(path)
      paths.add(path)
      if (paths.size > most) paths.delete(paths.values().next().value as string)
    },
    has: (path) => paths.has(path),
  }
}
