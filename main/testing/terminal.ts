/** For tests: the bundled terminal as its users have it, a process with exit code, output and signals. */
// eslint-disable-next-line no-restricted-imports -- the terminal is a process
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { installationFolder } from '../resources.ts'

export interface Spoken {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly process: ChildProcess
  readonly ended: Promise<Spoken>
}

/** Builds the terminal once and gives two ways to call it. `environment` is added to that of the test. */
export function terminal(environment: Readonly<Record<string, string>> = {}) {
  const root = installationFolder()
  execFileSync(process.execPath, [path.join(root, 'tools', 'build.mjs'), 'cli'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const start = (words: readonly string[], input?: string): Started => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...environment }
    const child = spawn(process.execPath, [path.join(root, 'build', 'cli.cjs'), ...words], { cwd: root, env })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.stdin.on('error', () => undefined).end(input ?? '')
    const ended = new Promise<Spoken>((resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
    return { process: child, ended }
  }
  const lethe = (...words: string[]): Promise<Spoken> => start(words).ended

  /** With `--json`: the one document on standard output, whatever the exit code. */
  const json = async (...words: string[]): Promise<{ code: number | null; document: Record<string, unknown> }> => {
    const { code, stdout, stderr } = await lethe(...words, '--json')
    try {
      return { code, document: JSON.parse(stdout) as Record<string, unknown> }
    } catch {
      throw new Error(`lethe ${words.join(' ')} did not print one JSON document:\n${stdout}\n${stderr}`)
    }
  }
  return { start, lethe, json }
}

/** Words of a synthesis that takes a few seconds (see `quickSynthesis`). */
export const synthesizeWords = [
  ...['images', 'synthesize', '--method', 'dp-merf', '--data', 'digits', '--epsilon', '2', '--preset', 'tiny'],
  ...['features=64', 'featuresPerStep=32', 'steps=60', 'batch=20', 'images=300'].flatMap((pair) => ['--set', pair]),
]
