/** What is reviewed now, by whom, and what was asked of the lab for it. */
import { createStore } from 'zustand/vanilla'
import { useStore } from 'zustand'
import type { Item, Review, ReviewAction, ReviewItem, RunEvidence, Verification } from '../../main/contract/evidence.ts'
import { ask } from '../app/bridge.ts'
import { showFailure } from '../app/store.ts'
import { notify } from '../ui/notices.tsx'
import { isReport, verifyReport } from './verify-report.tsx'

export type Filter = 'all' | 'open' | 'confirmed' | 'disputed'

interface ReviewState {
  /** `project`, or the handle of the open bundle. */
  readonly source: string
  readonly review: Review | null
  readonly selected: string | null
  readonly evidence: RunEvidence | null
  readonly filter: Filter
  readonly reviewer: string
  /** What is being written: why something is disputed, or a note. */
  readonly writing: 'dispute' | 'note' | null
  /** What waits for the reviewer's name; `name` where only that is to change. */
  readonly unsigned: ReviewAction | 'dispute' | 'note' | 'name' | null
  /** A bundle that does not hold. */
  readonly refused: { readonly path: string; readonly verification: Verification } | null
  readonly opening: boolean
}

const nameKey = 'reviewer'

export const reviewStore = createStore<ReviewState>(() => ({
  source: 'project',
  review: null,
  selected: null,
  evidence: null,
  filter: 'all',
  reviewer: window.localStorage.getItem(nameKey) ?? '',
  writing: null,
  unsigned: null,
  refused: null,
  opening: false,
}))

const { getState: now, setState: set } = reviewStore
export const useReview = <Value>(select: (state: ReviewState) => Value): Value => useStore(reviewStore, select)
const fileName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path

export function shownItems(review: Review | null, filter: Filter): readonly ReviewItem[] {
  const items = review?.items ?? []
  if (filter === 'all') return items
  return items.filter(({ standing }) => (standing.verdict ?? 'open') === filter)
}

/** Shows what the lab says of this source; a later choice wins over an answer under way. */
export async function loadReview(source = now().source): Promise<void> {
  const review = await ask('review.list', { source }, showFailure)
  if (!review || now().source !== source) return
  set({ review })
  const { selected } = now()
  const kept = review.items.find(({ id }) => id === selected)
  const next = kept ?? review.items.find(({ standing }) => standing.verdict === null) ?? review.items[0]
  if (next) await select(next)
  else set({ selected: null, evidence: null })
}

export async function select(item: Item): Promise<void> {
  const { source, selected } = now()
  set({ selected: item.id, writing: null, ...(selected === item.id ? {} : { evidence: null }) })
  const evidence = await ask('review.show', { source, item: { kind: item.kind, id: item.id } }, showFailure)
  if (evidence && now().selected === item.id && now().source === source) set({ evidence })
}

export function step(by: 1 | -1): void {
  const { review, selected, filter } = now()
  const items = shownItems(review, filter)
  const at = items.findIndex(({ id }) => id === selected)
  const next = items[at < 0 ? 0 : at + by]
  if (next) void select(next)
}

/** A bundle; the report of an audit is checked, and nothing is opened. */
export async function openBundle(path: string): Promise<void> {
  if (isReport(path)) return verifyReport({ path })
  set({ opening: true })
  const opened = await ask('evidence.open', { path }, showFailure)
  set({ opening: false })
  if (!opened) return
  if (opened.source === null) return set({ refused: { path, verification: opened.verification } })
  await show(opened.source)
}

export async function chooseBundle(): Promise<void> {
  const chosen = await ask('shell.chooseSource', { kind: 'file', title: 'Open an evidence bundle' }, showFailure)
  if (chosen?.path) await openBundle(chosen.path)
}

export const backToProject = (): Promise<void> => show('project')

async function show(source: string): Promise<void> {
  const before = now().source
  set({ source, review: null, selected: null, evidence: null, filter: 'all', writing: null, refused: null })
  if (before !== 'project' && before !== source) await ask('evidence.close', { source: before }, showFailure)
  await loadReview(source)
}

/** Starts what a key asks for: a verdict at once, words in their field; before the first, the reviewer's name. */
export function begin(action: ReviewAction | 'dispute' | 'note'): void {
  if (!now().evidence) return
  if (now().reviewer === '') return set({ unsigned: action })
  if (action === 'dispute' || action === 'note') set({ writing: action })
  else void act(action)
}

export function sign(name: string): void {
  const { unsigned } = now()
  window.localStorage.setItem(nameKey, name)
  set({ reviewer: name, unsigned: null })
  if (unsigned && unsigned !== 'name') begin(unsigned)
}

export async function act(action: ReviewAction): Promise<void> {
  const { source, review, reviewer, selected } = now()
  const item = review?.items.find(({ id }) => id === selected)
  if (!item || !(await hasFile())) return
  const { kind, id } = item
  const next = await ask('review.add', { source, item: { kind, id }, reviewer, action }, showFailure)
  if (!next || now().source !== source) return
  set({ review: next, writing: null })
  if (action.kind === 'undo') notify({ message: 'Withdrawn. The line itself stays in the review.' })
}

/** The review of a bundle goes to a file beside it, which the person chooses once. */
async function hasFile(): Promise<boolean> {
  const { source, review } = now()
  if (!review || review.file !== null) return review !== null
  const suggested = `${review.title.replace(/\.zip$/i, '').slice(0, 100)}.review.ndjson`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Keep this review in' }, showFailure)
  if (!chosen?.path) return false
  const kept = await ask('review.keep', { source, path: chosen.path }, showFailure)
  if (kept) set({ review: kept })
  return kept !== null
}

export async function printSheet(): Promise<void> {
  const { source, review } = now()
  const suggested = `review ${(review?.title ?? source).replace(/\.zip$/i, '').slice(0, 90)}.pdf`
  const chosen = await ask('shell.chooseTarget', { suggested, title: 'Save the review sheet' }, showFailure)
  if (!chosen?.path) return
  if (await ask('shell.saveReview', { source, path: chosen.path }, showFailure))
    notify({ message: `The review sheet is in ${fileName(chosen.path)}.`, kind: 'done' })
}
