/**
 * Where what floats is put. An open modal dialog makes all outside it inert, so menus, tooltips and notices that
 * belong above it have to be inside it.
 */
import { createContext, useContext, useSyncExternalStore } from 'react'

/** The dialog around a component; undefined stands for the page itself. */
const Layer = createContext<HTMLElement | undefined>(undefined)
export const LayerProvider = Layer.Provider
export const useLayer = (): HTMLElement | undefined => useContext(Layer)

let open: readonly HTMLElement[] = []
const listeners = new Set<() => void>()

function change(layers: readonly HTMLElement[]): void {
  open = layers
  listeners.forEach((listener) => listener())
}

/** Tells that a dialog has opened. Returns what tells that it has closed. */
export function enterLayer(layer: HTMLElement): () => void {
  change([...open, layer])
  return () => change(open.filter((other) => other !== layer))
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The dialog on top of all, or the page. */
export function useTopLayer(): HTMLElement {
  return useSyncExternalStore(listen, () => open[open.length - 1] ?? document.body)
}
