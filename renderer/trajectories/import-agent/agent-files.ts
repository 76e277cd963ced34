/** Which file of an agent is what, told by the end of its name; what it holds is for the lab to say. */

export type AgentFile = 'weights' | 'params' | 'check'
export type AgentFiles = Readonly<Record<AgentFile, string | null>>

export const noFiles: AgentFiles = { weights: null, params: null, check: null }

const ends: Readonly<Record<AgentFile, RegExp>> = {
  weights: /\.(pt|pth|safetensors)$/i,
  params: /\.json$/i,
  check: /\.npz$/i,
}
const kinds = Object.keys(ends) as AgentFile[]

export const kindOf = (path: string): AgentFile | null => kinds.find((kind) => ends[kind].test(path)) ?? null

/** A name of a file without the folders it lies in. */
export const nameOf = (path: string): string => path.split(/[\\/]/).pop() ?? path

/** Files that come together replace those of their kind; new weights without a check drop the check, which was of others. */
export function withFiles(before: AgentFiles, paths: readonly string[]): { files: AgentFiles; strange: string[] } {
  const found: Partial<Record<AgentFile, string>> = {}
  const strange: string[] = []
  for (const path of paths) {
    const kind = kindOf(path)
    if (kind === null || found[kind] !== undefined) strange.push(nameOf(path))
    else found[kind] = path
  }
  const kept = found.weights !== undefined && found.check === undefined ? { ...before, check: null } : before
  return { files: { ...kept, ...found }, strange }
}
