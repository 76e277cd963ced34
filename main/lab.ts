/**
 * The application as one object. The terminal calls its functions, the window reaches those of the contract through
 * `call`; a run is made here and executed by whoever pulls `execute`. The parts stand in lab/, one file a subject.
 */
import type { z } from 'zod'
import {
  calls,
  type CallName,
  type CallResult,
  type HandlersOf,
  type LabCallName,
  type TopicName,
} from './contract/calls.ts'
import { LetheError, toErrorRecord } from './contract/errors.ts'
import { parseWith } from './files/atomic.ts'
import { aboutPart } from './lab/about.ts'
import { auditPart } from './lab/audit.ts'
import type { LabContext, Resource, ResourceHandler } from './lab/context.ts'
import { agentsPart } from './lab/agents.ts'
import { dataPart } from './lab/data.ts'
import { deletionPart } from './lab/deletion.ts'
import { estimatesPart } from './lab/estimates.ts'
import { evidencePart } from './lab/evidence.ts'
import { foreignAgentsPart } from './lab/foreign-agents.ts'
import { forgettingPart } from './lab/forgetting.ts'
import { imagesPart } from './lab/images.ts'
import { ledgerPart } from './lab/ledger.ts'
import { replayPart } from './lab/replay.ts'
import { runsPart } from './lab/runs.ts'
import { forgettingStudyPart } from './lab/studies/forgetting.ts'
import { returnsStudyPart } from './lab/studies/returns.ts'
import { unlearningStudiesPart } from './lab/studies/unlearning.ts'
import { makeTasks } from './lab/tasks.ts'
import { trajectoriesPart } from './lab/trajectories.ts'
import { trashPart } from './lab/trash.ts'
import { openProject } from './project.ts'

export type Lab = Awaited<ReturnType<typeof openLab>>

export interface LabOptions {
  readonly project: string
  /** Hands a queued run to a trainer; the terminal executes runs itself and leaves it out. */
  readonly startRun?: (run: string) => void
  /** Folder of the window's own log, which a support bundle takes in. */
  readonly logs?: string
  /** To look and to review: calls that change the project are refused, and a folder that is no project is not made one. */
  readonly readOnly?: boolean
}

/** Opens (or makes) a project. Errors: `folder-read-only`, `project-newer`. */
export async function openLab(options: LabOptions) {
  const readOnly = options.readOnly ?? false
  const project = await openProject(options.project, readOnly)
  const listeners = new Set<(topic: TopicName, value: unknown) => void>()
  const tell: LabContext['tell'] = (topic, value) => listeners.forEach((listener) => listener(topic, value))
  const context: LabContext = {
    project,
    readOnly,
    tell,
    tasks: makeTasks(tell),
    start(run) {
      if (!options.startRun) throw new LetheError('internal', 'This lab has no trainer.')
      options.startRun(run)
    },
  }

  const { handlers: dataHandlers, resource: dataResource, ...data } = dataPart(context)
  const { handlers: ledgerHandlers, ...ledger } = ledgerPart(context)
  const { handlers: imagesHandlers, ...images } = imagesPart(context, data)
  const forgetting = forgettingPart(context)
  const { handlers: foreignAgentHandlers, ...foreignAgents } = foreignAgentsPart(context)
  const estimates = estimatesPart(context, forgetting)
  const { handlers: agentsHandlers, poolOf } = agentsPart(context, { ...forgetting, ...estimates })
  const {
    handlers: trajectoriesHandlers,
    resource: trajectoriesResource,
    ...trajectories
  } = trajectoriesPart(context, { poolOf })
  const returnsStudy = returnsStudyPart(context, forgetting, trajectories)
  const { handlers: replayHandlers, resource: replayResource, ...replay } = replayPart(context)
  const { handlers: auditHandlers, resource: auditResource, ...audit } = auditPart(context, forgetting)
  const { handlers: runsHandlers, resource: runResource, ...runs } = runsPart(context, ledger, forgetting)
  const { handlers: evidenceHandlers, bundleResource, sheetResource, ...evidence } = evidencePart(context, ledger)
  const { handlers: deletionHandlers, ...deletion } = deletionPart(context, forgetting)
  const { handlers: trashHandlers } = trashPart(context)
  const { handlers: labHandlers } = aboutPart(context, options.logs)
  const handlers: HandlersOf<Pick<typeof calls, LabCallName>> = {
    ...labHandlers,
    ...dataHandlers,
    ...ledgerHandlers,
    ...imagesHandlers,
    ...trajectoriesHandlers,
    ...agentsHandlers,
    ...foreignAgentHandlers,
    ...runsHandlers,
    ...replayHandlers,
    ...auditHandlers,
    ...deletionHandlers,
    ...evidenceHandlers,
    ...trashHandlers,
  }
  /** By the first segment of a path below `app://lab/`. */
  const resources: Readonly<Record<string, ResourceHandler>> = {
    runs: runResource,
    replays: replayResource,
    audits: auditResource,
    data: dataResource,
    trajectories: trajectoriesResource,
    bundles: bundleResource,
    reviews: sheetResource,
  }

  return {
    project,
    ...data,
    ...ledger,
    ...images,
    ...runs,
    ...evidence,
    ...trajectories,
    ...forgetting,
    ...replay,
    ...audit,
    ...deletion,
    ...foreignAgents,
    ...estimates,
    ...returnsStudy,
    ...unlearningStudiesPart(context, forgetting, returnsStudy),
    ...forgettingStudyPart(context, { ...forgetting, ...audit }, returnsStudy),

    /** One call of the contract: both sides are parsed, nothing is thrown. */
    async call<Name extends CallName>(name: Name, input: unknown): Promise<CallResult<Name>> {
      try {
        if (!Object.hasOwn(handlers, name)) throw new LetheError('usage', `There is no call named ${String(name)}.`)
        const { input: inputSchema, output, access } = calls[name]
        if (readOnly && access === 'write')
          throw new LetheError(
            'folder-read-only',
            `This project is open to be read and reviewed; ${name} would change it.`,
            'Open it without --read-only to work on it.',
          )
        const handler = handlers[name as LabCallName] as (input: never) => Promise<unknown>
        const value = await handler(parseWith(inputSchema as unknown as z.ZodType<never>, input, name, 'usage'))
        return { ok: true, value: output.parse(value) as never }
      } catch (error) {
        return { ok: false, error: toErrorRecord(error) }
      }
    },
    subscribe(listener: (topic: TopicName, value: unknown) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** What `app://lab/PATH?QUERY` shows. Null for what is not served. */
    async resource(address: string): Promise<Resource | null> {
      const [place = '', query = ''] = address.split('?')
      const [kind = ''] = place.split('/')
      const handler = Object.hasOwn(resources, kind) ? resources[kind] : undefined
      return handler ? handler(place.slice(kind.length + 1), new URLSearchParams(query)) : null
    },
    close: () => {
      context.tasks.cancelAll()
      return Promise.resolve(listeners.clear())
    },
  }
}
