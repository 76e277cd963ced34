/** Entry of the lab process: main/lab.ts behind a message port. */
import { openLab } from '../main/lab.ts'
import { hostLab } from './lab-host.ts'
import type { Knock } from './messages.ts'
import { closeNetwork } from './network-guard.ts'

closeNetwork((what) => process.parentPort.postMessage({ kind: 'knock', what } satisfies Knock))
const [project = '', logs = '', access] = process.argv.slice(2)
hostLab(
  process.parentPort,
  (startRun) => openLab({ project, startRun, logs, readOnly: access === 'read-only' }),
  () => process.exit(0),
)
