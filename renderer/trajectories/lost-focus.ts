/**
 * What one pressed may leave the page by it. The keyboard then goes on at what stands in its place: the next of its row, else what is
 * nearest around it, a table before its buttons. A part that is made by the press takes the focus when it appears: `useLostFocus`.
 */
import { useEffect, useRef, type RefObject } from 'react'

/** One level around an element: where it was among others. */
interface Level {
  readonly parent: Element
  readonly index: number
}

const canFocus =
  'button:enabled, a[href], input:enabled, select:enabled, textarea:enabled, [tabindex]:not([tabindex="-1"])'

const canTake = (element: Element): boolean => element.isConnected && !element.matches(':disabled')
const inSight = (element: Element): boolean => element.getClientRects().length > 0

function firstIn(element: Element): HTMLElement | undefined {
  const within = [...element.querySelectorAll<HTMLElement>(canFocus)]
  const all = [element as HTMLElement, ...within].filter((one) => one.matches(canFocus) && inSight(one))
  return all.find((one) => one.matches('[role="grid"]')) ?? all.find((one) => !one.matches('[role="tabpanel"]'))
}

/** Levels from the innermost; the first that is still there and holds anything that takes the focus has it. */
function placeIn(levels: readonly Level[]): HTMLElement | undefined {
  for (const { parent, index } of levels) {
    if (!parent.isConnected) continue
    const children = [...parent.children]
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = firstIn(child)
      if (found) return found
    }
  }
  return undefined
}

function levelsOf(element: Element, root: Element): Level[] {
  const levels: Level[] = []
  for (let at = element; at !== root && at.parentElement; at = at.parentElement)
    levels.push({ parent: at.parentElement, index: [...at.parentElement.children].indexOf(at) })
  return levels
}

/** The element that this file chose, until a person presses anything. */
let chosen: Element | null = null
const pressed = () => (chosen = null)

/** A button that rests while its press is carried out gets the focus back; after so long one goes on without it. */
const patience = 1500

/** Keeps the focus in `root` while it is shown. Returns what stops it. */
function keepFocus(root: HTMLElement): () => void {
  let last: { readonly element: Element; readonly levels: readonly Level[] } | null = null
  let waiting = 0
  const stopWaiting = () => {
    window.clearTimeout(waiting)
    waiting = 0
  }
  const onFocus = ({ target }: FocusEvent) => {
    stopWaiting()
    if (target instanceof Element) last = { element: target, levels: levelsOf(target, root) }
  }
  // Who presses beside everything has left it; what is taken away, or rests, has not been left.
  const onLeave = () =>
    queueMicrotask(() => {
      if (last && document.activeElement === document.body && canTake(last.element)) last = null
    })
  const goOn = () => {
    stopWaiting()
    if (!last || document.activeElement !== document.body) return
    const next = canTake(last.element) ? (last.element as HTMLElement) : placeIn(last.levels)
    if (!next) return
    next.focus({ preventScroll: true })
    next.scrollIntoView({ block: 'nearest' })
    chosen = next
  }
  const observer = new MutationObserver(() => {
    if (!last) return
    if (canTake(last.element) || !last.element.isConnected) return goOn()
    if (waiting === 0) waiting = window.setTimeout(goOn, patience)
  })
  root.addEventListener('focusin', onFocus)
  root.addEventListener('focusout', onLeave)
  window.addEventListener('keydown', pressed, true)
  window.addEventListener('pointerdown', pressed, true)
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  return () => {
    stopWaiting()
    observer.disconnect()
    root.removeEventListener('focusin', onFocus)
    root.removeEventListener('focusout', onLeave)
    window.removeEventListener('keydown', pressed, true)
    window.removeEventListener('pointerdown', pressed, true)
  }
}

/** `shown`: whether the root is there. */
export function useKeptFocus<Root extends HTMLElement>(shown: boolean): RefObject<Root | null> {
  const root = useRef<Root>(null)
  useEffect(() => (root.current ? keepFocus(root.current) : undefined), [shown])
  return root
}

/** Marks a button whose press shows something else: that takes the focus also while the button stays. */
export const leads = { 'data-leads': true }

function isLost(element: Element | null): boolean {
  return (
    element === null || element === document.body || element === chosen || element.matches(':disabled, [data-leads]')
  )
}

/** The first that is there of these, where the focus was lost. */
export function focusFirst(...selectors: readonly string[]): void {
  if (!isLost(document.activeElement)) return
  const found = selectors.map((selector) => document.querySelector<HTMLElement>(selector)).find(Boolean)
  found?.focus()
}

/** When the place appears, or `asked` changes, it takes a focus that was lost; it is never taken from anything. */
export function useLostFocus<Place extends HTMLElement>(asked: unknown = null): RefObject<Place | null> {
  const place = useRef<Place>(null)
  useEffect(() => {
    if (isLost(document.activeElement)) place.current?.focus({ preventScroll: true })
  }, [asked])
  return place
}
