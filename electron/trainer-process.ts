/** Entry of a trainer process: works on one run, then ends. Native TensorFlow lives here and nowhere else in the app. */
import type { LoggedEvent } from '../main/contract/calls.ts'
import { openLab } from '../main/lab.ts'
import type { FromTrainer, Knock } from './messages.ts'
import { closeNetwork } from './network-guard.ts'

// Milliseconds.
const reportEvery = 100
const graphicsEvery = 2000

closeNetwork((what) => process.parentPort.postMessage({ kind: 'knock', what } satisfies Knock))

async function work(project: string, run: string): Promise<void> {
  const controller = new AbortController()
  process.parentPort.on('message', () => controller.abort()) // the one message is `stop`
  let events: LoggedEvent[] = []
  const report = () => {
    if (events.length > 0) process.parentPort.postMessage({ kind: 'events', events } satisfies FromTrainer)
    events = []
  }
  let reported = 0
  let asked = 0
  const lab = await openLab({ project })
  for await (const event of lab.execute(run, { signal: controller.signal })) {
    events.push(event)
    // No timer: a step may hold the process for longer than that, and what it said should leave before the next one.
    if (performance.now() - reported < reportEvery && event.kind !== 'state') continue
    report()
    reported = performance.now()
    if (reported - asked < graphicsEvery) continue
    asked = reported
    const bytes = await lab.graphicsMemory(run)
    if (bytes !== null) process.parentPort.postMessage({ kind: 'graphics', bytes } satisfies FromTrainer)
  }
  report()
}

const [project = '', run = ''] = process.argv.slice(2)
work(project, run).then(
  () => setImmediate(() => process.exit(0)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
