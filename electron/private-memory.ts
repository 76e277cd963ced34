/**
 * Keeps what is in memory out of files: no core dump of any process of ours holds a page of it, and what we make is for its owner.
 * Node cannot set limits of resources, so Linux is told by its other switch, the filter of what a dump may hold. It is inherited;
 * the processes that the browser made before our first line are found and told as well.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** The numbers of a process and all below it. */
function family(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((candidate) => /^\d+$/.test(candidate))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    } catch {
      // It ended while we looked.
    }
  }
  const all = [root]
  for (const pid of all) all.push(...(children.get(pid) ?? []))
  return all
}

export function keepMemoryPrivate(userData: string): void {
  process.umask(0o077)
  mkdirSync(userData, { recursive: true, mode: 0o700 })
  chmodSync(userData, 0o700)
  if (process.platform !== 'linux') return
  for (const pid of family(process.pid)) {
    try {
      writeFileSync(`/proc/${pid}/coredump_filter`, '0')
    } catch {
      // A process that is shut off from us, a sandboxed one, makes no dump either.
    }
  }
}
