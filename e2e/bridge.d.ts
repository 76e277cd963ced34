import type { LetheBridge } from '../main/contract/calls.ts'

declare global {
  interface Window {
    readonly lethe: LetheBridge
  }
}
