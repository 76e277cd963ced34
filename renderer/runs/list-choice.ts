/** Which run is shown and which are marked after a click or a key, as lists of files have it. */

export interface Choice {
  readonly selected: string | null
  readonly marked: ReadonlySet<string>
}

interface Modifiers {
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

const none: ReadonlySet<string> = new Set()

/** The first mark takes the run that is shown along: two are then marked, and can be compared. */
function toggled(id: string, { selected, marked }: Choice): ReadonlySet<string> {
  const next = new Set(marked.size === 0 && selected !== null ? [selected] : marked)
  if (next.has(id) && id !== selected) next.delete(id)
  else if (next.has(id) && marked.size > 0) next.delete(id)
  else next.add(id)
  return next.size === 1 && next.has(selected ?? '') ? none : next
}

function between(ids: readonly string[], one: string | null, other: string): ReadonlySet<string> {
  const [from, to] = [ids.indexOf(one ?? other), ids.indexOf(other)]
  return from < 0 ? new Set([other]) : new Set(ids.slice(Math.min(from, to), Math.max(from, to) + 1))
}

export function afterClick(keys: Modifiers, id: string, ids: readonly string[], choice: Choice): Choice {
  if (keys.shiftKey) return { selected: choice.selected, marked: between(ids, choice.selected, id) }
  if (keys.ctrlKey || keys.metaKey) return { selected: choice.selected, marked: toggled(id, choice) }
  return { selected: id, marked: none }
}

/** Null for a key that means nothing here. */
export function afterKey(
  event: Modifiers & { readonly key: string },
  ids: readonly string[],
  choice: Choice,
): Choice | null {
  const place = choice.selected === null ? -1 : ids.indexOf(choice.selected)
  const last = ids.length - 1
  const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: last, PageDown: place + 10, PageUp: place - 10 }[
    event.key
  ]
  if (to !== undefined) {
    const selected = ids[Math.max(0, Math.min(last, to))] ?? null
    if (!event.shiftKey || selected === null) return { selected, marked: none }
    return { selected, marked: new Set([...choice.marked, ...between(ids, choice.selected, selected)]) }
  }
  if (event.key === ' ' && choice.selected !== null) {
    const marked = new Set(choice.marked)
    if (!marked.delete(choice.selected)) marked.add(choice.selected)
    return { ...choice, marked }
  }
  if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) return { ...choice, marked: new Set(ids) }
  return event.key === 'Escape' && choice.marked.size > 0 ? { ...choice, marked: none } : null
}
