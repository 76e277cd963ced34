/** The lab as the page sees it: what the preload put on `window.lethe`, with the contract's types. */
import type { CallInput, CallName, CallOutput, CallResult, LetheBridge } from '../../main/contract/calls.ts'

declare global {
  interface Window {
    readonly lethe: LetheBridge
  }
}

export type Failure = Extract<CallResult<CallName>, { ok: false }>['error']

export const subscribe: LetheBridge['subscribe'] = (topic, listener) => window.lethe.subscribe(topic, listener)

/** The value, or null after `onFailure` has heard why there is none. */
export async function ask<Name extends CallName>(
  name: Name,
  input: CallInput<Name>,
  onFailure: (failure: Failure) => void,
): Promise<CallOutput<Name> | null> {
  const result = await window.lethe.call(name, input)
  if (result.ok) return result.value
  onFailure(result.error)
  return null
}

/** What the lab serves below `app://lab/`, whole; null where it has nothing there, or after `onFailure` has heard why it cannot be shown. */
export async function readLab(
  address: string,
  { signal, onFailure }: { readonly signal?: AbortSignal; readonly onFailure?: (failure: Failure) => void } = {},
): Promise<Response | null> {
  // eslint-disable-next-line no-restricted-globals -- of the application's own scheme; all others are refused in every process
  const answer = await fetch(`app://lab/${address}`, signal ? { signal } : {}).catch(() => null)
  if (answer?.ok) return answer
  if (onFailure && answer?.headers.get('Content-Type') === 'application/json')
    onFailure((await answer.json()) as Failure)
  return null
}

/** Where the page finds a file that a run wrote; `version` changes when its content does. */
export function artifactUrl(run: string, file: string, version: number): string {
  const name = file.replace(/^artifacts\//, '')
  return `app://lab/runs/${encodeURIComponent(run)}/artifacts/${encodeURIComponent(name)}?v=${version}`
}
