/** What passes between the main process and the two it starts. The lab answers by id; the rest is one-way. */
import type { CallName, CallResult, LoggedEvent, TopicName } from '../main/contract/calls.ts'
import type { ErrorRecord } from '../main/contract/errors.ts'

export interface Resource {
  readonly bytes: Uint8Array
  readonly type: string
}

/** What is served, why it cannot be, or null for what is not there. */
export type Found = Resource | { readonly error: ErrorRecord } | null

export type ToLab =
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly input: unknown }
  | { readonly kind: 'resource'; readonly id: number; readonly path: string }
  /** What the trainer of a run has said since the last time; nothing new when it has ended, and `gone` says how, should the run have been left undone. */
  | {
      readonly kind: 'report'
      readonly run: string
      readonly events: readonly LoggedEvent[]
      readonly gone?: ErrorRecord
    }
  | { readonly kind: 'close' }

export type FromLab =
  | { readonly kind: 'answer'; readonly id: number; readonly value: CallResult<CallName> | Found }
  | { readonly kind: 'topic'; readonly topic: TopicName; readonly value: unknown }
  | { readonly kind: 'start-run'; readonly run: string }
  | Knock

/** Code in this process tried to open a connection and was refused. */
export interface Knock {
  readonly kind: 'knock'
  readonly what: string
}

export type ToTrainer = { readonly kind: 'stop' }

export type FromTrainer =
  | { readonly kind: 'events'; readonly events: readonly LoggedEvent[] }
  | { readonly kind: 'graphics'; readonly bytes: number }
  | Knock
