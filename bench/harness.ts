import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Paired measurements. Lethe and its peer take turns in one call on the same machine, since only such ratios can be trusted.
 * A peer is a Python script in bench/peers that measures once for every line it reads and answers with one JSON line.
 */

/** One measurement of `figure`, in the figure's unit. */
export type Measure = (figure: string) => Promise<number> | number

export interface Peer {
  readonly name: string
  readonly measure: Measure
  close(): void
}

/** Starts bench/peers/`script` under $LETHE_PEER_PYTHON; null where that is not set. */
export async function startPeer(name: string, script: string, args: readonly string[] = []): Promise<Peer | null> {
  const python = process.env.LETHE_PEER_PYTHON
  if (!python) return null
  const child = spawn(python, ['-u', peerScript(script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await answers.next()
    if (done) throw new Error(`${script}: the peer ended before it answered`)
    return JSON.parse(value) as { ready?: boolean; value?: number; error?: string }
  }
  child.stdin.on('error', () => {}) // The end of the child shows up as the end of its answers.
  await next()
  return {
    name,
    async measure(figure) {
      child.stdin.write(`${figure}\n`)
      const { value, error } = await next()
      if (value === undefined) throw new Error(`${script}, ${figure}: ${error}`)
      return value
    },
    close: () => child.stdin.end(),
  }
}

/** The scripts stand beside the sources, whether this runs as a source or from a bundle below the repository's root. */
function peerScript(script: string): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'bench', 'peers', script)
    if (existsSync(file)) return file
    if (folder === path.dirname(folder)) throw new Error(`bench/peers/${script}: not found above ${__dirname}`)
  }
}

export interface Comparison {
  readonly name: string
  readonly figure: string
  readonly unit: string
  readonly lethe: Measure
  readonly peer: Peer | null
  /** Pairs that count, and pairs before them that warm up. */
  readonly rounds?: number
  readonly warmUp?: number
  /** Whether a larger value is better: then `ratio` is the peer's rate over Lethe's, so that below 1 is always faster. */
  readonly rate?: boolean
}

/** Takes turns, prints one JSON line: the medians, and the median of the ratios of neighbours. */
export async function paired(comparison: Comparison): Promise<void> {
  const { name, figure, unit, lethe, peer, rounds = 9, warmUp = 2, rate = false } = comparison
  const ours: number[] = []
  const theirs: number[] = []
  const ratios: number[] = []
  for (let round = -warmUp; round < rounds; round++) {
    await pause()
    const mine = await lethe(figure)
    await pause()
    const other = peer ? await peer.measure(figure) : NaN
    if (round < 0) continue
    ours.push(mine)
    theirs.push(other)
    ratios.push(rate ? other / mine : mine / other)
  }
  const line = {
    name,
    figure,
    unit,
    lethe: significant(median(ours)),
    peer: peer && significant(median(theirs)),
    peerName: peer?.name ?? null,
    ratio: peer && significant(median(ratios)),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Idle threads of either side spin for a while after their work; let them go to sleep before the other's turn. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 50))

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const significant = (value: number) => Number(value.toPrecision(4))

/** Milliseconds that `work` takes, divided by `repeats` when it repeats inside. */
export function milliseconds(work: () => void, repeats = 1): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e6 / repeats
}
