/** Entry of the lab process: main/lab.ts behind a message port. */
import { openLab } from '../main/lab.ts'
import { hostLab } from './lab-host.ts'
import { closeNetwork } from './network-guard.ts'

closeNetwork()
const [project = ''] = process.argv.slice(2)
hostLab(
  process.parentPort,
  (startRun) => openLab({ project, startRun }),
  () => process.exit(0),
)
