/**
 * Starts and owns the two kinds of processes that do the work: one lab, and one trainer for each running job. Either may
 * die at any moment; the window is told (`engine-gone`) and goes on. The lab is started again unless it keeps dying.
 */
import type { CallName, CallResult, TopicName, TopicValue } from '../main/contract/calls.ts'
import { causeOfEnd, stop, type Child } from './child.ts'
import type { Found, FromLab, ToLab } from './messages.ts'
import { createTrainers } from './trainers.ts'

export interface SupervisorOptions {
  startLab(): Child
  startTrainer(run: string): Child
  tell<Name extends TopicName>(this: void, topic: Name, value: TopicValue<Name>): void
  /** Something in a process tried to reach a network. */
  readonly heardKnock?: (process: 'lab' | 'trainer', what: string) => void
  /** Memory that the system counts for a process; null for one it does not know. */
  residentBytes(this: void, pid: number): number | null
  readonly now?: () => number
  /** Milliseconds from asking a process to stop until it is killed. */
  readonly grace?: { readonly trainer: number; readonly lab: number }
}

export interface Supervisor {
  readonly call: (name: CallName, input: unknown) => Promise<CallResult<CallName>>
  readonly resource: (path: string) => Promise<Found>
  /** How many runs are at work. */
  activeRuns(): number
  /** Asks trainers to stop at their next step, then the lab; kills what does not answer. At most 15 seconds. */
  close(): Promise<void>
}

const maxRestarts = 3
const restartWindow = 60_000

/** May a process that exited at these times (milliseconds, oldest first) be started again? */
export function mayRestart(exits: readonly number[], now: number): boolean {
  return exits.filter((time) => now - time < restartWindow).length <= maxRestarts
}

type Settle = (value: CallResult<CallName> | Found) => void
interface Waiting {
  readonly settle: Settle
  readonly onGone: () => void
}

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { now = Date.now, grace = { trainer: 11_000, lab: 3_000 } } = options
  const waiting = new Map<number, Waiting>()
  const labExits: number[] = []
  let lab: { child: Child; gone: Promise<void> } | null = null
  let nextId = 1
  let closing: Promise<void> | null = null

  const trainers = createTrainers({
    start: options.startTrainer,
    report: (run, events, gone) =>
      lab?.child.postMessage({ kind: 'report', run, events, ...(gone ? { gone } : {}) } satisfies ToLab),
    tell: options.tell,
    heardKnock: (what) => options.heardKnock?.('trainer', what),
    residentBytes: options.residentBytes,
  })

  function startLab(): void {
    const child = options.startLab()
    child.on('message', (raw) => {
      const message = raw as FromLab
      if (message.kind === 'topic') options.tell(message.topic, message.value as never)
      else if (message.kind === 'start-run') trainers.start(message.run)
      else if (message.kind === 'knock') options.heardKnock?.('lab', message.what)
      else {
        waiting.get(message.id)?.settle(message.value)
        waiting.delete(message.id)
      }
    })
    const gone = new Promise<void>((resolve) => {
      child.on('exit', (code) => {
        lab = null
        for (const { onGone } of waiting.values()) onGone()
        waiting.clear()
        resolve()
        if (closing) return
        labExits.push(now())
        const again = mayRestart(labExits, now())
        options.tell('engine-gone', {
          process: 'lab',
          reason: `${withCause(`The lab process ended unexpectedly (code ${code}).`, child, code)} ${again ? 'It was started again.' : 'It keeps ending: quit, and run lethe doctor.'}`,
        })
        if (again) startLab()
      })
    })
    lab = { child, gone }
  }

  function ask(message: (id: number) => ToLab, settle: Settle, onGone: () => void): void {
    if (!lab || closing) return onGone()
    const id = nextId++
    waiting.set(id, { settle, onGone })
    lab.child.postMessage(message(id))
  }

  const labGone = {
    ok: false as const,
    error: {
      code: 'engine-gone' as const,
      message: 'The lab process is not running.',
      hint: 'Try again in a moment; nothing on disk is lost.',
    },
  }

  async function closeAll(): Promise<void> {
    await trainers.stopAll(grace.trainer)
    if (lab) await stop(lab.gone, lab.child, { kind: 'close' }, grace.lab)
  }

  startLab()
  return {
    call: (name, input) =>
      new Promise((resolve) => {
        ask(
          (id) => ({ kind: 'call', id, name, input }),
          (value) => resolve(value as CallResult<CallName>),
          () => resolve(labGone),
        )
      }),
    resource: (path) =>
      new Promise((resolve) => {
        ask(
          (id) => ({ kind: 'resource', id, path }),
          (value) => resolve(value as Found),
          () => resolve(labGone),
        )
      }),
    activeRuns: () => trainers.count(),
    close: () => (closing ??= closeAll()),
  }
}

function withCause(what: string, child: Child, code: number): string {
  const cause = causeOfEnd(child, code)
  return cause === null ? what : `${what} ${cause}`
}
