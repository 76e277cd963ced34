/**
 * Starts and owns the two kinds of processes that do the work: one lab, and one trainer for each running job. Either may
 * die at any moment; the window is told (`engine-gone`) and goes on. The lab is started again unless it keeps dying.
 */
import os from 'node:os'
import type { CallName, CallResult, LoggedEvent, TopicName, TopicValue } from '../main/contract/calls.ts'
import { causeOf } from './known-causes.ts'
import type { ErrorRecord } from '../main/contract/errors.ts'
import type { FromLab, FromTrainer, Resource, ToLab, ToTrainer } from './messages.ts'
import { watchMemory } from './run-memory.ts'
import { memoryKills, trainerEnd } from './trainer-end.ts'

/** The part of Electron's UtilityProcess that is used, so that a test can stand in for it. */
export interface Child {
  readonly pid?: number | undefined
  postMessage(message: unknown): void
  kill(): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'spawn', listener: () => void): unknown
  on(event: 'exit', listener: (code: number) => void): unknown
  /** The end of what it wrote to standard error. */
  readonly lastWords?: () => string
}

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
  readonly resource: (path: string) => Promise<Resource | null>
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

interface Trainer {
  readonly child: Child
  readonly gone: Promise<void>
  readonly pid: number | undefined
  graphicsBytes: number | null
}

type Settle = (value: CallResult<CallName> | Resource | null) => void
interface Waiting {
  readonly settle: Settle
  readonly onGone: () => void
}

/** Resolves when the process is gone: asked first, killed after `grace` milliseconds. */
function stop(gone: Promise<unknown>, child: Child, ask: ToLab | ToTrainer, grace: number): Promise<unknown> {
  child.postMessage(ask)
  const timer = setTimeout(() => child.kill(), grace)
  return gone.then(() => clearTimeout(timer))
}

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { now = Date.now, grace = { trainer: 11_000, lab: 3_000 } } = options
  const waiting = new Map<number, Waiting>()
  const trainers = new Map<string, Trainer>()
  const labExits: number[] = []
  let lab: { child: Child; gone: Promise<void> } | null = null
  let nextId = 1
  let closing: Promise<void> | null = null

  function startTrainer(run: string): void {
    if (closing || trainers.has(run)) return
    const child = options.startTrainer(run)
    child.on('spawn', () => lowerPriority(child.pid))
    const report = (events: readonly LoggedEvent[], gone?: ErrorRecord) =>
      lab?.child.postMessage({ kind: 'report', run, events, ...(gone ? { gone } : {}) } satisfies ToLab)
    const killsBefore = memoryKills()
    child.on('message', (raw) => {
      const message = raw as FromTrainer
      if (message.kind === 'events') return report(message.events)
      if (message.kind === 'knock') return options.heardKnock?.('trainer', message.what)
      const trainer = trainers.get(run)
      if (trainer) trainer.graphicsBytes = message.bytes
    })
    const gone = new Promise<void>((resolve) => {
      child.on('exit', (code) => {
        trainers.delete(run)
        const end =
          code === 0 || closing
            ? undefined
            : trainerEnd({
                code,
                killsBefore,
                killsNow: memoryKills(),
                cause: causeOf(child.lastWords?.() ?? '', code),
              })
        report([], end) // the lab looks at the run again: its folder says how it ended
        if (end) options.tell('engine-gone', { process: 'trainer', reason: end.message })
        resolve()
      })
    })
    trainers.set(run, {
      child,
      gone,
      graphicsBytes: null,
      get pid() {
        return child.pid // known once it has been spawned
      },
    })
  }

  function startLab(): void {
    const child = options.startLab()
    child.on('message', (raw) => {
      const message = raw as FromLab
      if (message.kind === 'topic') options.tell(message.topic, message.value as never)
      else if (message.kind === 'start-run') startTrainer(message.run)
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

  const labGone: CallResult<CallName> = {
    ok: false,
    error: {
      code: 'engine-gone',
      message: 'The lab process is not running.',
      hint: 'Try again in a moment; nothing on disk is lost.',
    },
  }

  const stopWatching = watchMemory({ workers: trainers, residentBytes: options.residentBytes, tell: options.tell })

  async function closeAll(): Promise<void> {
    stopWatching()
    await Promise.all(
      [...trainers.values()].map(({ child, gone }) => stop(gone, child, { kind: 'stop' }, grace.trainer)),
    )
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
          (value) => resolve(value as Resource | null),
          () => resolve(null),
        )
      }),
    activeRuns: () => trainers.size,
    close: () => (closing ??= closeAll()),
  }
}

function withCause(what: string, child: Child, code: number): string {
  const cause = causeOf(child.lastWords?.() ?? '', code)
  return cause === null ? what : `${what} ${cause}`
}

/** Training yields to the window and to whatever else the person does. */
function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW)
  } catch {
    // Not allowed on every system; training then competes as an equal.
  }
}
