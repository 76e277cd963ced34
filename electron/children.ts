/** Starts the lab and the trainers as utility processes, and keeps the end of what they say when something goes wrong. */
import { join } from 'node:path'
import { utilityProcess } from 'electron'
import { childEnvironment } from './policy/environment.ts'
import type { Child } from './child.ts'

const mostWords = 16_000

export interface ChildPlace {
  /** The folder of the bundles. */
  readonly build: string
  /** Passes what a process says on to our own standard error: for whoever started us from a terminal. */
  readonly echo: boolean
}

export function startChild(
  place: ChildPlace,
  file: string,
  serviceName: string,
  words: readonly string[],
  defaults = {},
): Child {
  const child = utilityProcess.fork(join(place.build, file), [...words], {
    serviceName,
    env: { ...defaults, ...childEnvironment(process.env) },
    stdio: ['ignore', place.echo ? 'inherit' : 'ignore', 'pipe'],
  })
  let last = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    last = (last + bytes.toString('utf8')).slice(-mostWords)
    if (place.echo) process.stderr.write(bytes)
  })
  return Object.assign(child, { lastWords: () => last })
}
