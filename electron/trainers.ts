/** One process for each run at work: started, listened to, and its end put into words. */
import os from 'node:os'
import type { LoggedEvent, TopicName, TopicValue } from '../main/contract/calls.ts'
import type { ErrorRecord } from '../main/contract/errors.ts'
import { causeOfEnd, stop, type Child } from './child.ts'
import type { FromTrainer } from './messages.ts'
import { watchMemory } from './run-memory.ts'
import { memoryKills, trainerEnd } from './trainer-end.ts'

interface Trainer {
  readonly child: Child
  readonly gone: Promise<void>
  readonly pid: number | undefined
  graphicsBytes: number | null
  /** Asked for while this process had not gone yet: its run has ended, and goes on in the next one. */
  again: boolean
}

export interface TrainersOptions {
  start(this: void, run: string): Child
  /** What a run says; `gone` where its process ended: why, should the run not have ended before. The lab then looks at the folder. */
  report(this: void, run: string, events: readonly LoggedEvent[], gone?: ErrorRecord): void
  tell<Name extends TopicName>(this: void, topic: Name, value: TopicValue<Name>): void
  heardKnock(this: void, what: string): void
  residentBytes(this: void, pid: number): number | null
}

export interface Trainers {
  /** Where the last process of the run has not gone yet, once it has. Does nothing while everything is being stopped. */
  start(run: string): void
  count(): number
  /** Asks each to stop at its next step; kills what does not within `grace` milliseconds. */
  stopAll(grace: number): Promise<void>
}

export function createTrainers({
  start: startProcess,
  report,
  tell,
  heardKnock,
  residentBytes,
}: TrainersOptions): Trainers {
  const trainers = new Map<string, Trainer>()
  const stopWatching = watchMemory({ workers: trainers, residentBytes, tell })
  let stopping = false

  function ended(run: string, child: Child, code: number, killsBefore: number | null): void {
    const again = trainers.get(run)?.again
    trainers.delete(run)
    if (again && !stopping) return start(run)
    const end = { code, killsBefore, killsNow: memoryKills(), cause: causeOfEnd(child, code) }
    report(run, [], stopping ? undefined : trainerEnd(end))
  }

  function start(run: string): void {
    if (stopping) return
    const before = trainers.get(run)
    if (before) {
      before.again = true
      return
    }
    const child = startProcess(run)
    const killsBefore = memoryKills()
    child.on('spawn', () => lowerPriority(child.pid))
    child.on('message', (raw) => {
      const message = raw as FromTrainer
      if (message.kind === 'events') return report(run, message.events)
      if (message.kind === 'knock') return heardKnock(message.what)
      const trainer = trainers.get(run)
      if (trainer) trainer.graphicsBytes = message.bytes
    })
    const gone = new Promise<void>((resolve) => {
      child.on('exit', (code) => {
        ended(run, child, code, killsBefore)
        resolve()
      })
    })
    trainers.set(run, {
      child,
      gone,
      graphicsBytes: null,
      again: false,
      get pid() {
        return child.pid // known once it has been spawned
      },
    })
  }

  return {
    start,
    count: () => trainers.size,
    async stopAll(grace) {
      stopping = true
      stopWatching()
      await Promise.all([...trainers.values()].map(({ child, gone }) => stop(gone, child, { kind: 'stop' }, grace)))
    },
  }
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
