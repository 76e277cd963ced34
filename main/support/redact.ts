/**
 * Cuts from a line what would say more than a helper may know: where things lie, who works here, what the data is called.
 * Known places become words; every other absolute path is cut whole.
 */
import os from 'node:os'
import path from 'node:path'

export interface Secrets {
  readonly project?: string
  /** Names of data sets and of where they came from. */
  readonly names?: readonly string[]
}

export type Redact = (text: string) => string

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Longer ones first, so that no name is cut in half by a shorter one; one letter would cut every word. */
function alternatives(words: readonly string[]): string {
  return [...new Set(words)]
    .filter((word) => word.length > 1)
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|')
}

export function createRedactor({ project, names = [] }: Secrets, home = os.homedir()): Redact {
  const places: [string, string][] = []
  // The folder's own name is the name of the work: it goes as well.
  if (project) places.push([project, '<project>'])
  if (home.length > 1) places.push([home, '<home>'])
  places.push([os.tmpdir(), '<temporary>'])
  const user = userName()
  const people = alternatives([os.hostname(), ...(user === 'root' ? [] : [user])])
  const data = alternatives(
    [...names, ...(project ? [path.basename(project)] : [])].flatMap((name) => [name, encodeURIComponent(name)]),
  )
  return (text) => {
    let result = text
    for (const [place, word] of places) result = result.split(place).join(word)
    result = result.replace(/(["'])(?:file:\/\/)?\/[^"'<>]*\1/g, '$1<path>$1') // in quotes it may hold spaces
    result = result.replace(
      /(?<![\w>.~/-])(?:file:\/\/)?(?:\/(?!\/)[^\s/"'<>:;,()]+){2,}\/?|[A-Za-z]:\\[^\s"'<>:;,()]+/g,
      '<path>',
    )
    // Below a known place only the folders that Lethe makes itself may be named.
    result = result.replace(/(<(?:home|temporary)>)[/\\][^\s"'<>:;,()]*/g, '$1/<path>')
    if (data !== '') result = result.replace(new RegExp(`(?<![\\w<])(?:${data})(?![\\w>])`, 'gi'), '<data>')
    if (people !== '') result = result.replace(new RegExp(`(?<![\\w<])(?:${people})(?![\\w>])`, 'g'), '<person>')
    return result
  }
}

function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return '' // a user without an entry in the system's list
  }
}
