/**
 * The one door from the page to the lab and the shell. Checks, in this order: the sender is our page's main frame, the call
 * exists, its input parses, the paths in it were chosen or dropped by the person. Only then anybody hears of it. The lab
 * parses the input again and its own output.
 */
import { calls, type CallName, type CallResult } from '../main/contract/calls.ts'
import type { Call } from '../main/contract/calls/call.ts'
import type { ErrorCode } from '../main/contract/errors.ts'
import { isOwnPage } from './policy/navigation.ts'

/** Who sent a message, as plain data, so that a test needs no Electron. */
export interface Sender {
  readonly contents: number
  readonly mainFrame: boolean
  /** Null when the frame is gone. */
  readonly url: string | null
}

export type Forward = (name: CallName, input: unknown) => Promise<CallResult<CallName>>

export interface Hosts {
  readonly lab: Forward
  readonly shell: Forward
  /** Whether the person chose or dropped this path since the window opened. */
  readonly isGranted: (path: string) => boolean
}
export type Broker = (sender: Sender, name: unknown, input: unknown) => Promise<CallResult<CallName>>

function refused(code: ErrorCode, message: string, hint = ''): CallResult<CallName> {
  return { ok: false, error: { code, message, hint } }
}

function isCallName(name: unknown): name is CallName {
  return typeof name === 'string' && Object.prototype.hasOwnProperty.call(calls, name)
}

export function createBroker(window: () => number | null, { lab, shell, isGranted }: Hosts): Broker {
  return async (sender, name, input) => {
    if (sender.contents !== window()) return refused('usage', 'The call does not come from the window of Lethe.')
    if (!sender.mainFrame) return refused('usage', 'The call does not come from the main frame of the window.')
    if (sender.url === null || !isOwnPage(sender.url))
      return refused('usage', 'The call does not come from the page of Lethe.')
    if (!isCallName(name)) return refused('usage', `There is no call named ${JSON.stringify(name)}.`)
    const parsed = calls[name].input.safeParse(input)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return refused(
        'usage',
        `${name}: ${['input', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`,
      )
    }
    const { host, paths = [] }: Call = calls[name]
    for (const field of paths) {
      const path = (parsed.data as Record<string, unknown>)[field]
      if (typeof path === 'string' && !isGranted(path))
        return refused('usage', `${name}: ${path} was not chosen in this window.`, 'Choose or drop the file again.')
    }
    return (host === 'shell' ? shell : lab)(name, parsed.data)
  }
}
