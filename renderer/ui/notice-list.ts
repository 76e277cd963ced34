/** The notices that are up: which ones, how long, and which of them can still be undone. No page in here, only the rules. */

export type NoticeKind = 'info' | 'done' | 'failed'

export interface Notice {
  readonly message: string
  readonly hint?: string | undefined
  readonly kind?: NoticeKind | undefined
  /** Of an error; its help page is offered. */
  readonly code?: string | undefined
  readonly undo?: { readonly label: string; readonly run: () => void } | undefined
  /** Of a failure that a screen goes on showing: the notice need not stay. */
  readonly toldElsewhere?: boolean | undefined
  /** Leads to what the notice is about. */
  readonly open?: { readonly label: string; readonly run: () => void } | undefined
}

export interface ShownNotice extends Notice {
  readonly id: number
  readonly kind: NoticeKind
}

/** How long a notice stays, in milliseconds. A failure stays until it is put away: it may be the only place that tells. */
export function lifetime(notice: Notice): number {
  if (notice.kind === 'failed') return notice.toldElsewhere ? 15_000 : Infinity
  return (notice.undo || notice.open ? 10_000 : 5_000) + (notice.hint ? 3_000 : 0)
}

/** More than this hide the screen. The oldest goes first, failures last. */
export const mostNotices = 4

export function withNotice(shown: readonly ShownNotice[], added: ShownNotice): ShownNotice[] {
  const same = (other: ShownNotice) => other.message === added.message && other.kind === added.kind && !added.undo
  const list = [...shown.filter((other) => !same(other)), added]
  while (list.length > mostNotices) {
    const first = list.findIndex(({ kind, id }) => kind !== 'failed' && id !== added.id)
    list.splice(Math.max(0, first), 1)
  }
  return list
}

export interface Surroundings {
  readonly start: (milliseconds: number, run: () => void) => () => void
  /** Whether somebody is at the notices, with the pointer or by key: nothing goes away under their hand. */
  readonly isHeld: () => boolean
}

export function createNotices({ start, isHeld }: Surroundings) {
  let shown: readonly ShownNotice[] = []
  let lastId = 0
  const listeners = new Set<() => void>()
  const stops = new Map<number, () => void>()

  function show(list: readonly ShownNotice[]): void {
    shown = list
    for (const [id, stop] of stops)
      if (!list.some((notice) => notice.id === id)) {
        stop()
        stops.delete(id)
      }
    listeners.forEach((listener) => listener())
  }
  /** One that is held when its time is over has its whole time again. */
  function time(notice: ShownNotice): void {
    const life = lifetime(notice)
    if (life === Infinity) return
    // Asked only now: a cross that is pressed goes with its notice, and neither its blur nor a leaving pointer is ever told.
    const ends = () => (isHeld() ? time(notice) : dismiss(notice.id))
    stops.set(notice.id, start(life, ends))
  }
  function dismiss(id: number): void {
    show(shown.filter((notice) => notice.id !== id))
  }
  function undo(id: number): void {
    const notice = shown.find((candidate) => candidate.id === id)
    dismiss(id)
    notice?.undo?.run()
  }
  return {
    list: () => shown,
    listen(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    notify(notice: Notice): void {
      const added = { ...notice, kind: notice.kind ?? 'info', id: ++lastId } as const
      show(withNotice(shown, added))
      time(added)
    },
    dismiss,
    undo,
    /** Takes back the newest of what can be undone. False where there is nothing. */
    undoLast(): boolean {
      const last = shown.filter((notice) => notice.undo).at(-1)
      if (last) undo(last.id)
      return last !== undefined
    },
  }
}
