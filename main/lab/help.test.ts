/** The help answers every message and every setting that a person can meet. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { errorCodes } from '../contract/errors.ts'
import { methods } from '../images/methods.ts'
import { synthesizeConfigSchema } from '../images/synthesize.ts'

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../resources/help/${name}.md`), 'utf8')
const places = (text: string): string[] => [...text.matchAll(/\{#([\w-]+)\}/g)].map((match) => match[1]!)

it('has a place for each error code, and none for codes that are gone', () => {
  expect(places(page('messages')).sort()).toEqual([...errorCodes].sort())
})

it.each([
  ['synthesis', synthesizeConfigSchema],
  ...methods.map((method): [string, z.ZodType] => [method.title, method.config]),
])('explains every setting of %s, in the form or in the help', (_name, schema) => {
  const known = new Set(places(page('settings')))
  const { shape } = schema as z.ZodObject
  for (const [field, type] of Object.entries(shape))
    expect(type.description ?? (known.has(field) ? field : undefined), field).toBeDefined()
})
