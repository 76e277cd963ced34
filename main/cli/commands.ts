/** The registry of terminal commands. */
import { auditCommands } from './audit.ts'
import { bundleCommands } from './bundle.ts'
import { dataCommands } from './data.ts'
import { deletionCommands } from './deletion.ts'
import { estimateCommands } from './estimates.ts'
import { foreignAgentsCommands } from './foreign-agents.ts'
import { forgettingCommands } from './forgetting.ts'
import { forgettingStudy } from './forgetting-study.ts'
import { imagesCommands } from './images.ts'
import { privacyCommands } from './privacy.ts'
import { replayCommands } from './replay.ts'
import { runsCommands } from './runs.ts'
import { studyCommands } from './studies.ts'
import { systemCommands } from './system.ts'
import { trajectoriesCommands } from './trajectories.ts'

export const commands = [
  ...systemCommands,
  ...dataCommands,
  ...privacyCommands,
  ...imagesCommands,
  ...runsCommands,
  ...bundleCommands,
  ...trajectoriesCommands,
  ...forgettingCommands,
  ...auditCommands,
  ...replayCommands,
  ...deletionCommands,
  ...foreignAgentsCommands,
  ...estimateCommands,
  ...studyCommands,
  forgettingStudy,
] as const
