/** What the parts of the lab share: the project, the topics, the trainer. */
import type { TopicName, TopicValue } from '../contract/calls.ts'
import type { Tasks } from './tasks.ts'

export interface LabContext {
  readonly project: string
  /** Open to be looked at and reviewed: calls that change the project are refused before they come here. */
  readonly readOnly: boolean
  tell<Name extends TopicName>(topic: Name, value: TopicValue<Name>): void
  /** Long work that the window follows and may stop. */
  readonly tasks: Tasks
  /** Hands a queued run to a trainer. Errors: `internal` where there is none (the terminal executes runs itself). */
  start(run: string): void
}

/** Bytes for `app://lab/…`: a picture, a report, a series. */
export interface Resource {
  readonly bytes: Uint8Array
  readonly type: string
}

/** Answers paths below one first segment; null for what is not there or not to be served. Errors reach whoever asked. */
export type ResourceHandler = (path: string, query: URLSearchParams) => Promise<Resource | null>
