import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import util from 'node:util'
import { expect, test } from 'vitest'
import { removedFunctions, restoreRemovedFunctions } from './node-shim.ts'

/** The functions of node:util that the installed tfjs-node calls. */
function calledFunctions(): Set<string> {
  const folder = path.join(
    path.dirname(createRequire(__filename).resolve('@tensorflow/tfjs-node/package.json')),
    'dist',
  )
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.js'),
  )
  const text = files
    .map((file) => readFileSync(path.join(folder, file.name), 'utf8'))
    .filter((source) => source.includes('require("util")'))
  return new Set(text.flatMap((source) => [...source.matchAll(/\butil_\d+\.(\w+)/g)].map((match) => match[1]!)))
}

test('tfjs-node still calls every function that is put back; once this fails, drop it from the shim', () => {
  const called = calledFunctions()
  for (const name of Object.keys(removedFunctions)) expect(called, name).toContain(name)
})

test('everything else that tfjs-node calls is still part of Node', () => {
  for (const name of calledFunctions()) expect(name in removedFunctions || name in util, name).toBe(true)
})

test('puts back what is missing and leaves the rest', () => {
  const own = () => true
  const target: Partial<Record<keyof typeof removedFunctions, (value: unknown) => boolean>> = { isArray: own }
  restoreRemovedFunctions(target)
  expect(target.isArray).toBe(own)
  expect([null, undefined, 0, '', false].map((value) => target.isNullOrUndefined!(value))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
