/** What the workbench of private images knows beyond what all screens share: the draft with its history, and what the lab says about it. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { CallOutput } from '../../main/contract/calls.ts'
import type { MethodFacts, Published, SynthesisPlan, SynthesisResult } from '../../main/contract/calls/images.ts'
import type { Devices } from '../../main/contract/calls/lab.ts'
import type { Failure } from '../app/bridge.ts'
import { readDraft, type Draft, type Field } from './draft.ts'
import { changed, historyOf, redone, undone, type History } from './history.ts'

export interface ImagesState {
  readonly history: History<Draft>
  /** The run in the middle; null while a run is planned. */
  readonly shown: string | null
  readonly methods: readonly MethodFacts[] | null
  readonly published: Published | null
  readonly results: readonly SynthesisResult[]
  readonly devices: Devices | null
  /** The last plan that was answered: it stays in sight while the next is asked for. */
  readonly answer: { readonly draft: Draft; readonly plan: SynthesisPlan } | null
  /** Why the newest draft has no plan. */
  readonly trouble: Failure | null
  readonly fit: CallOutput<'images.fit'> | null
  readonly starting: boolean
}

const key = 'images-draft'

function kept(): unknown {
  try {
    return JSON.parse(window.localStorage.getItem(key) ?? 'null')
  } catch {
    return null // written by something else
  }
}

export const imagesStore = createStore<ImagesState>(() => ({
  history: historyOf(readDraft(kept())),
  shown: null,
  methods: null,
  published: null,
  results: [],
  devices: null,
  answer: null,
  trouble: null,
  fit: null,
  starting: false,
}))

export function useImages<Value>(select: (state: ImagesState) => Value): Value {
  return useStore(imagesStore, select)
}

export const useDraft = (): Draft => useImages((state) => state.history.present)
export const draftNow = (): Draft => imagesStore.getState().history.present

function put(history: History<Draft>): void {
  imagesStore.setState({ history })
  window.localStorage.setItem(key, JSON.stringify(history.present))
}

/** Sets fields; `field` names the step for the history, where quick changes of one field are one step. */
export function setDraft(change: Partial<Draft>, field: Field | `set.${string}` | 'all'): void {
  const { history } = imagesStore.getState()
  put(changed(history, { ...history.present, ...change }, field, Date.now()))
}

/** Fills in what a person has not chosen: no step of the history. */
export function fillDraft(change: Partial<Draft>): void {
  const { history } = imagesStore.getState()
  put({ ...history, present: { ...history.present, ...change } })
}

export const undoDraft = (): void => put(undone(imagesStore.getState().history))
export const redoDraft = (): void => put(redone(imagesStore.getState().history))

/** One field of the method. A value equal to the preset's is no difference and is not kept. */
export function setParameter(name: string, value: unknown): void {
  const { set, preset } = draftNow()
  const { [name]: _before, ...others } = set
  const same = methodNow()?.presets[preset]?.[name] === value
  setDraft({ set: same ? others : { ...set, [name]: value } }, `set.${name}`)
}

export function methodNow(state: ImagesState = imagesStore.getState()): MethodFacts | null {
  return state.methods?.find(({ id }) => id === state.history.present.method) ?? null
}

/** Every field of the method as the draft has it. */
export function parametersOf(draft: Draft, method: MethodFacts): Readonly<Record<string, unknown>> {
  return { ...method.presets[draft.preset], ...draft.set }
}
