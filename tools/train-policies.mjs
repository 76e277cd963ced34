/** Bundles and runs tools/policies/train.ts, which says what it does. */
import { createRequire } from 'node:module'
import { build, bundlePath } from './build.mjs'

await build(['tools/policies/train'])
createRequire(import.meta.url)(bundlePath('tools/policies/train'))
