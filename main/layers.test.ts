/** Holds every import of the house to main/layers.json. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

interface Table {
  /** Layers may import themselves, the layers in `imports` and, where `packages` is given, only those packages. */
  readonly layers: Readonly<
    Record<string, { paths: readonly string[]; imports: readonly string[]; packages?: readonly string[] }>
  >
  /** Packages that belong to some layers: by name, or by prefix up to a slash. */
  readonly packages: Readonly<Record<string, readonly string[]>>
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const table = JSON.parse(readFileSync(join(root, 'main', 'layers.json'), 'utf8')) as Table

/** The layer a file belongs to: that of a path which is the file, or holds it; `main/cli` stands for `main/cli.ts` too. */
function layerOf(file: string): string | undefined {
  const isIn = (path: string): boolean => file === path || file === `${path}.ts` || file.startsWith(`${path}/`)
  return Object.entries(table.layers).find(([, { paths }]) => paths.some(isIn))?.[0]
}

/** The forbidden imports of one file (path relative to the clone), as `file → import: why`. */
function faults(file: string, source: string): string[] {
  const layer = layerOf(file)
  if (layer === undefined) return [`${file}: no layer of main/layers.json holds this file`]
  const rule = table.layers[layer]
  // Tests may use any tool, but stand in the house like the code beside them.
  const isTest = file.endsWith('.test.ts') || file.endsWith('.test.tsx')
  return ts.preProcessFile(source, true, true).importedFiles.flatMap(({ fileName: name }) => {
    const fault = (why: string): string[] => [`${file} → ${name}: ${why}`]
    if (name.startsWith('.')) {
      const target = posix.join(posix.dirname(file), name)
      const targetLayer = layerOf(target)
      if (targetLayer === undefined) return isTest ? [] : fault('no layer holds it')
      if (targetLayer === layer || rule?.imports.includes(targetLayer)) return []
      if (targetLayer === 'testing' && isTest) return []
      return fault(`${layer} may not import ${targetLayer}`)
    }
    const owner = Object.entries(table.packages).find(
      ([known]) => name === known || name.startsWith(known.endsWith('/') ? known : `${known}/`),
    )
    if (owner && !owner[1].includes(layer)) return fault(`only ${owner[1].join(', ')} may import ${owner[0]}`)
    if (rule?.packages && !isTest && !rule.packages.includes(name))
      return fault(`${layer} may import no package but ${rule.packages.join(', ')}`)
    return []
  })
}

const sources = ['main', 'electron', 'renderer', 'e2e'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !name.endsWith('.config.ts'))
    .map((name) => posix.join(folder, name.split(sep).join('/'))),
)

describe('layers', () => {
  test('no file imports what its layer may not', () => {
    expect(sources.length).toBeGreaterThan(1)
    const found = sources
      .filter((file) => file !== 'main/layers.test.ts')
      .flatMap((file) => faults(file, readFileSync(join(root, file), 'utf8')))
    expect(found).toEqual([])
  })

  test('the table names only layers it has, and has no cycle', () => {
    const names = Object.keys(table.layers)
    for (const { imports } of Object.values(table.layers)) for (const name of imports) expect(names).toContain(name)
    for (const owners of Object.values(table.packages)) for (const name of owners) expect(names).toContain(name)
    const reach = (from: string, path: readonly string[]): void => {
      expect(path, `a cycle: ${[...path, from].join(' → ')}`).not.toContain(from)
      for (const next of table.layers[from]?.imports ?? []) reach(next, [...path, from])
    }
    for (const name of ['lab', 'cli', 'electron', 'renderer']) reach(name, [])
  })

  test.each([
    ['main/math/a.ts', `import { b } from '../tensor/b.ts'`, 'math may not import tensor'],
    ['main/math/a.ts', `export * from '../data/b.ts'`, 'math may not import data'],
    ['main/tensor/a.ts', `import type { B } from '../data/b.ts'`, 'tensor may not import data'],
    ['main/images/methods/a.ts', `import { b } from '../../defects/b.ts'`, 'images may not import defects'],
    ['main/images/methods/a.ts', `const b = await import('../../runs/b.ts')`, 'images may not import runs'],
    ['main/privacy/a.ts', `import '../lab.ts'`, 'privacy may not import lab'],
    ['main/contract/a.ts', `import { readFile } from 'node:fs'`, 'contract may import no package but zod'],
    ['main/runs/a.ts', `import * as tf from '@tensorflow/tfjs-node'`, 'only tensor may import @tensorflow/'],
    ['main/runs/a.ts', `import { b } from '../cli/b.ts'`, 'runs may not import cli'],
    ['main/runs/a.ts', `import { b } from '../testing/b.ts'`, 'runs may not import testing'],
    ['main/version.ts', `import { b } from './data/b.ts'`, 'files may not import data'],
    ['main/lab.ts', `import { app } from 'electron'`, 'only electron may import electron'],
    ['electron/a.ts', `import { b } from '../main/tensor/b.ts'`, 'electron may not import tensor'],
    ['renderer/ui/a.tsx', `import { b } from '../../main/math/b.ts'`, 'renderer may not import math'],
    ['renderer/ui/a.tsx', `import { b } from '../../electron/b.ts'`, 'renderer may not import electron'],
    ['main/elsewhere/a.ts', ``, 'no layer of main/layers.json holds this file'],
  ])('%s with %s is a fault', (file, source, why) => {
    const found = faults(file, source)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(file)
    expect(found[0]).toContain(why)
  })

  test.each([
    ['main/math/a.ts', `import { b } from './b.ts'\nimport { LetheError } from '../contract/errors.ts'`],
    ['main/images/a.ts', `import { b } from '../privacy/b.ts'\nimport { z } from 'zod'`],
    ['main/runs/a.test.ts', `import { b } from '../testing/b.ts'`],
    ['main/runs/a.ts', `import { b } from '../images/methods.ts'\nimport { join } from 'node:path'`],
    ['electron/a.ts', `import { app } from 'electron'\nimport { b } from '../main/lab.ts'`],
    ['main/math/a.ts', `// import { b } from '../tensor/b.ts'\nconst c = "import '../tensor/b.ts'"`],
  ])('%s with %s is allowed', (file, source) => {
    expect(faults(file, source)).toEqual([])
  })
})
