/** Evidence bundles and reviews. */
import type { Call } from './call.ts'

export const evidenceCalls = {} as const satisfies Record<string, Call>
