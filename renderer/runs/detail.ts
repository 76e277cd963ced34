/** Parts of the run that is shown, each heard of only when it changes: progress must not draw the pictures anew. */
import type { RunDetail } from '../app/store.ts'
import { usePage } from '../app/store.ts'
import type { RunView } from './run-view.ts'

/** Undefined until the run has been read. */
export function useDetail<Part extends keyof RunDetail>(run: string, part: Part): RunDetail[Part] | undefined {
  return usePage(({ detail }) => (detail?.run === run ? detail[part] : undefined))
}

export function useView<Part extends keyof RunView>(run: string, part: Part): RunView[Part] | undefined {
  return usePage(({ detail }) => (detail?.run === run ? detail.view[part] : undefined))
}
