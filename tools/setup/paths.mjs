/** Where set-up puts things. Everything fetched or compiled lies under `.lethe/` in the clone. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const home = join(root, '.lethe')
export const modules = join(root, 'node_modules')

/** @param {...string} parts */
export const inRoot = (...parts) => join(root, ...parts)
/** @param {...string} parts */
export const inHome = (...parts) => join(home, ...parts)
/** @param {...string} parts */
export const inModules = (...parts) => join(modules, ...parts)
