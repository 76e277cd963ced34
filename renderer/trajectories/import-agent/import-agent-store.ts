/** What the form keeps that brings in an agent made elsewhere: its files, what is said of it, and what the lab found. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../../main/contract/calls.ts'
import type { ForeignAgentDraft } from '../../../main/contract/calls/foreign-agents.ts'
import { noFiles, type AgentFiles } from './agent-files.ts'

/** All but its files and the set, which are chosen elsewhere. */
export type Said = Omit<ForeignAgentDraft, 'weights' | 'params' | 'check' | 'data'>

export interface ImportAgentState {
  readonly files: AgentFiles
  readonly said: Said
  /** Of the newest files and words that were answered. */
  readonly found: CallOutput<'foreignAgents.plan'>
  readonly starting: boolean
}

export const nothingSaid: Said = { decoder: null, steps: null, share: 1, episodes: 10, seed: 1, device: 'auto' }
export const nothingFound: ImportAgentState['found'] = { facts: null, plan: null, trouble: null }

export const importAgentStore = createStore<ImportAgentState>(() => ({
  files: noFiles,
  said: nothingSaid,
  found: nothingFound,
  starting: false,
}))

export function useImportAgent<Value>(select: (state: ImportAgentState) => Value): Value {
  return useStore(importAgentStore, select)
}

export const say = (change: Partial<Said>): void =>
  importAgentStore.setState(({ said }) => ({ said: { ...said, ...change } }))
