/**
 * What a person has put together and not used yet, kept over a restart of the window: for each project the chosen set and agent, the
 * three forms, what is selected in each set, and what is ticked of a request. Read back, it is checked like anything from outside; what
 * is of a set, an agent or a request that is gone falls away. A note is not kept: it may name a person, and belongs into the project.
 */
import { auditRequestSchema } from '../../main/contract/calls/audit.ts'
import { trainRequestSchema, unlearnRequestSchema } from '../../main/contract/calls/forgetting.ts'
import { agentsStore, firstTrain, firstUnlearn, type AgentsState } from './agents-store.ts'
import { auditStore, firstDraft, type AuditDraft } from './audit/audit-store.ts'
import { methods } from './method-words.ts'
import { requestStore } from './request/request-store.ts'
import { trajectoriesStore, type TrajectoriesState } from './trajectories-store.ts'

/** What was filtered and selected of a set, for when one comes back to it. */
export type Look = Pick<TrajectoriesState, 'query' | 'selection' | 'rule'>
/** By the set and its content. */
export type Looks = Map<string, Look>

export interface Kept extends Pick<TrajectoriesState, 'tab' | 'data' | 'agent'>, Pick<AgentsState, 'form'> {
  readonly train: AgentsState['train']['draft']
  readonly unlearn: AgentsState['unlearn']['draft']
  readonly audit: AuditDraft
  readonly looks: readonly (readonly [key: string, look: Look])[]
  readonly request: string | null
  readonly ticked: readonly string[]
}

const trainSchema = trainRequestSchema.omit({ data: true })
const unlearnSchema = unlearnRequestSchema.omit({ agent: true, forget: true })
const auditSchema = auditRequestSchema.omit({ agent: true, original: true })

const tabs = ['trajectories', 'agents', 'audit', 'requests'] as const
const forms = ['train', 'unlearn', 'import'] as const
const scopes = ['auto', 'all', 'selected'] as const

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
const wordsOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const oneOf = <Value>(values: readonly Value[], value: unknown): Value =>
  values.find((known) => known === value) ?? values[0]!

/** A reference is one of the agent that was chosen: it is chosen anew with it. */
function readAudit(value: unknown): AuditDraft {
  const found = auditSchema.safeParse(value)
  return found.success ? { ...found.data, retrained: null, episodes: oneOf(scopes, found.data.episodes) } : firstDraft
}

function readLook(value: unknown): Look | null {
  if (!isFields(value)) return null
  const { query, selection, rule } = value
  const ids = listOf(selection).filter((id): id is number => Number.isSafeInteger(id))
  const words = isFields(rule) ? wordsOf(rule['words']) : null
  return {
    query: wordsOf(query) ?? '',
    selection: new Set(ids),
    rule: isFields(rule) && words !== null ? { words, agent: wordsOf(rule['agent']) } : null,
  }
}

/** Null for what was never written, or by something else. */
export function readKept(text: string | null): Kept | null {
  let kept: unknown
  try {
    kept = JSON.parse(text ?? 'null')
  } catch {
    return null
  }
  if (!isFields(kept)) return null
  const train = trainSchema.safeParse(kept['train'])
  const unlearn = unlearnSchema.safeParse(kept['unlearn'])
  const known = unlearn.success && methods.some(({ value }) => value === unlearn.data.method)
  return {
    tab: oneOf(tabs, kept['tab']),
    data: wordsOf(kept['data']),
    agent: wordsOf(kept['agent']),
    form: oneOf(forms, kept['form']),
    train: train.success ? train.data : firstTrain,
    unlearn: known ? unlearn.data : firstUnlearn,
    audit: readAudit(kept['audit']),
    looks: listOf(kept['looks']).flatMap((pair): [string, Look][] => {
      const [key, value] = listOf(pair)
      const look = readLook(value)
      return typeof key === 'string' && look ? [[key, look]] : []
    }),
    request: wordsOf(kept['request']),
    ticked: listOf(kept['ticked']).filter((id): id is string => typeof id === 'string'),
  }
}

/** Sets that are gone, or have another content, are left out, and so is a look at which nothing was done. */
export function writeKept(looks: Looks): string {
  const { tab, data, agent, sets, query, selection, rule } = trajectoriesStore.getState()
  const { form, train, unlearn } = agentsStore.getState()
  const { chosen, ticked } = requestStore.getState()
  const keyed = (sets ?? []).map((set) => [lookKey(set.id, set.contentHash), set.id] as const)
  const now: Look = { query, selection, rule }
  return JSON.stringify({
    ...{ tab, data, agent, form, train: train.draft, unlearn: unlearn.draft, audit: auditStore.getState().draft },
    looks: keyed.flatMap(([key, id]) => {
      const look = id === data ? now : looks.get(key)
      if (!look || (look.query === '' && look.selection.size === 0)) return []
      return [[key, { ...look, selection: [...look.selection] }]]
    }),
    ...{ request: chosen, ticked: [...ticked] },
  } satisfies Record<keyof Kept, unknown>)
}

export const lookKey = (data: string | null, contentHash: string): string => `${data} ${contentHash}`

/** Before the sets are read. Who was led somewhere already, by the palette or from another screen, stays there. */
export function restoreDrafts(kept: Kept, looks: Looks): void {
  const { form, train, unlearn, audit, request, ticked } = kept
  const { data, tab } = trajectoriesStore.getState()
  for (const [key, look] of kept.looks) looks.set(key, look)
  agentsStore.setState((state) => ({
    form: state.asked > 0 ? state.form : form,
    train: { ...state.train, draft: train },
    unlearn: { ...state.unlearn, draft: unlearn },
  }))
  auditStore.setState({ draft: audit })
  if (requestStore.getState().chosen === null) requestStore.setState({ chosen: request, ticked: new Set(ticked) })
  if (data === null) trajectoriesStore.setState({ data: kept.data, agent: kept.agent })
  if (data === null && tab === 'trajectories') trajectoriesStore.setState({ tab: kept.tab })
}

const patience = 300

/** Puts the drafts of a project back, once, and writes down from then on what becomes of them. */
export function keepDrafts(project: string, looks: Looks): void {
  const name = `forgetting ${project}`
  const kept = readKept(window.localStorage.getItem(name))
  if (kept) restoreDrafts(kept, looks)
  let waiting = 0
  const write = () => {
    window.clearTimeout(waiting)
    waiting = 0
    // Until the sets are read nobody knows which are gone.
    if (trajectoriesStore.getState().sets === null) return
    try {
      window.localStorage.setItem(name, writeKept(looks))
    } catch {
      // There is no room for it: the drafts last as long as the window.
    }
  }
  const soon = () => {
    if (waiting === 0) waiting = window.setTimeout(write, patience)
  }
  for (const changing of [trajectoriesStore, agentsStore, auditStore, requestStore]) changing.subscribe(soon)
  window.addEventListener('pagehide', write)
}
