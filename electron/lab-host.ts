/** Runs a lab behind a message port: calls and resources in, answers and topics out. Nothing is thrown across. */
import type { CallName, CallResult, LoggedEvent, TopicName, TopicValue } from '../main/contract/calls.ts'
import { toErrorRecord, type ErrorRecord } from '../main/contract/errors.ts'
import type { FromLab, Resource, ToLab } from './messages.ts'

/** The part of main/lab.ts that the shell needs. */
export interface HostedLab {
  call(name: CallName, input: unknown): Promise<CallResult<CallName>>
  subscribe(listener: (topic: TopicName, value: unknown) => void): () => void
  report(run: string, events: readonly LoggedEvent[], gone?: ErrorRecord): Promise<void>
  resource(path: string): Promise<Resource | null>
  close(): Promise<void>
}

export interface Port {
  postMessage(message: FromLab): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

const maxEvents = 400

/**
 * Gathers topics and sends them on at most every `interval` milliseconds: of each run the newest summary, and its events in
 * order. Events beyond the bound are dropped, oldest first: the window sees the gap in their numbers and reads the run anew.
 */
export function createCoalescer(send: (topic: TopicName, value: unknown) => void, interval = 100) {
  const summaries = new Map<string, TopicValue<'run-changed'>>()
  const events = new Map<string, TopicValue<'run-events'>['events']>()
  let timer: NodeJS.Timeout | null = null

  function flush(): void {
    timer = null
    for (const [run, list] of events) send('run-events', { run, events: list })
    for (const value of summaries.values()) send('run-changed', value)
    events.clear()
    summaries.clear()
  }

  return (topic: TopicName, value: unknown): void => {
    if (topic === 'run-changed') {
      const changed = value as TopicValue<'run-changed'>
      summaries.set(changed.summary.id, changed)
    } else if (topic === 'run-events') {
      const { run, events: more } = value as TopicValue<'run-events'>
      events.set(run, [...(events.get(run) ?? []), ...more].slice(-maxEvents))
    } else return send(topic, value)
    timer ??= setTimeout(flush, interval)
  }
}

export function hostLab(
  port: Port,
  open: (startRun: (run: string) => void) => Promise<HostedLab>,
  exit: () => void,
): void {
  const coalesce = createCoalescer((topic, value) => port.postMessage({ kind: 'topic', topic, value }))
  const opened = open((run) => port.postMessage({ kind: 'start-run', run })).then((lab) => {
    lab.subscribe(coalesce)
    return lab
  })
  opened.catch(() => undefined) // each call answers with the reason

  async function call(name: CallName, input: unknown): Promise<CallResult<CallName>> {
    try {
      return await (await opened).call(name, input)
    } catch (error) {
      return { ok: false, error: toErrorRecord(error) }
    }
  }

  port.on('message', ({ data }) => {
    const message = data as ToLab
    switch (message.kind) {
      case 'call':
        return void call(message.name, message.input).then((value) =>
          port.postMessage({ kind: 'answer', id: message.id, value }),
        )
      case 'resource':
        return void opened
          .then((lab) => lab.resource(message.path))
          .catch((error: unknown) => ({ error: toErrorRecord(error) }))
          .then((value) => port.postMessage({ kind: 'answer', id: message.id, value }))
      case 'report':
        return void opened.then((lab) => lab.report(message.run, message.events, message.gone)).catch(() => undefined) // a hint lost
      case 'close':
        return void opened
          .then((lab) => lab.close())
          .catch(() => undefined)
          .then(exit)
    }
  })
}
