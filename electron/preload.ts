/** The bridge: three functions on `window.lethe`, checked and answered by the main process. Nothing of Electron crosses. */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { CallResult, LetheBridge } from '../main/contract/calls.ts'
import { channels } from './channels.ts'

type Listener = (value: never) => void // the page's types, kept by the contract
const listeners = new Map<string, Set<Listener>>()

// One listener of ours for all topics; what the page gives is called with the value alone, never with the event.
ipcRenderer.on(channels.topic, (_event, topic: string, value: unknown) => {
  for (const listener of listeners.get(topic) ?? []) listener(value as never)
})

const bridge: LetheBridge = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input) as Promise<CallResult<typeof name>>,
  subscribe(topic, listener) {
    const set = listeners.get(topic) ?? new Set()
    listeners.set(topic, set.add(listener))
    return () => void set.delete(listener)
  },
  pathForFile(file) {
    // Only a real file that the person dropped has a path; an object of the page's making has none.
    if (!(file instanceof File)) return ''
    // Electron 29 brought webUtils; before it a File carried its path.
    const utilities = webUtils as typeof webUtils | undefined
    const path = utilities ? utilities.getPathForFile(file) : ((file as { path?: string }).path ?? '')
    if (path !== '') ipcRenderer.send(channels.dropped, path)
    return path
  },
}

contextBridge.exposeInMainWorld('lethe', bridge)
