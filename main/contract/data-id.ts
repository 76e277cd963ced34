// A file of its own: the page runs it, and would take all of zod along with the schemas.

/** The id a data set gets by its name: lower case, other characters as hyphens; empty for a name without a letter or digit. */
export function dataIdOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
}
