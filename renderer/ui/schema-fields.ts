/** From a JSON schema to the fields of a form: what each may hold, and what is wrong with what it holds. */

import { formatCount } from '../app/format.ts'

interface Described {
  readonly name: string
  readonly label: string
  readonly description: string
}
export interface NumberSetting extends Described {
  readonly kind: 'number'
  readonly whole: boolean
  readonly min: number | null
  readonly max: number | null
  /** The bound itself is not allowed. */
  readonly aboveMin: boolean
  readonly multipleOf: number | null
}
export interface ChoiceSetting extends Described {
  readonly kind: 'choice'
  readonly options: readonly string[]
}
export interface SwitchSetting extends Described {
  readonly kind: 'switch'
}
/** Anything a form has no control for is set in the JSON view. */
export interface OtherSetting extends Described {
  readonly kind: 'other'
}
export type Setting = NumberSetting | ChoiceSetting | SwitchSetting | OtherSetting

type Schema = Readonly<Record<string, unknown>>

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)

/** A whole number in JSON has the bounds of exact ones where its author set none; these say nothing to a person. */
const bound = (value: unknown): number | null => {
  const found = numberOr(value)
  return found === null || Math.abs(found) >= Number.MAX_SAFE_INTEGER ? null : found
}

/** `learningRate` → `Learning rate` */
export function labelOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function settingOf(name: string, schema: Schema): Setting {
  const described = {
    name,
    label: labelOf(name),
    description: typeof schema['description'] === 'string' ? schema['description'] : '',
  }
  const { type } = schema
  if (Array.isArray(schema['enum'])) return { kind: 'choice', ...described, options: schema['enum'].map(String) }
  if (type === 'boolean') return { kind: 'switch', ...described }
  if (type !== 'integer' && type !== 'number') return { kind: 'other', ...described }
  return {
    kind: 'number',
    ...described,
    whole: type === 'integer',
    min: bound(schema['minimum']) ?? bound(schema['exclusiveMinimum']),
    max: bound(schema['maximum']) ?? bound(schema['exclusiveMaximum']),
    aboveMin: schema['minimum'] === undefined && schema['exclusiveMinimum'] !== undefined,
    multipleOf: numberOr(schema['multipleOf']),
  }
}

/** The fields of a configuration, in the order of its schema. */
export function settingsOf(schema: Schema): Setting[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>
  return Object.entries(properties).map(([name, field]) => settingOf(name, field))
}

/** Whole numbers in groups, as elsewhere; others as they are. */
const write = (value: number): string => (Number.isInteger(value) && value >= 0 ? formatCount(value) : String(value))

/** `2 to 100 000, in steps of 2` */
export function rangeWords(setting: NumberSetting): string {
  const { min, max, aboveMin, multipleOf } = setting
  const from = min === null ? null : aboveMin ? `above ${write(min)}` : write(min)
  const to = max === null ? null : write(max)
  const range = from === null ? (to === null ? '' : `up to ${to}`) : to === null ? `from ${from}` : `${from} to ${to}`
  const stride = multipleOf !== null && multipleOf !== 1 ? `in steps of ${multipleOf}` : ''
  return [range.replace('from above', 'above'), stride].filter(Boolean).join(', ')
}

/** What is wrong with a value, in words for a person; null where nothing is. */
export function troubleOf(setting: Setting, value: unknown): string | null {
  if (setting.kind === 'choice')
    return setting.options.includes(String(value)) ? null : `Expected one of ${setting.options.join(', ')}.`
  if (setting.kind === 'switch') return typeof value === 'boolean' ? null : 'Expected true or false.'
  if (setting.kind === 'other') return null
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'Expected a number.'
  const { whole, min, max, aboveMin, multipleOf } = setting
  if (whole && !Number.isInteger(value)) return 'Expected a whole number.'
  const low = min !== null && (aboveMin ? value <= min : value < min)
  if (low || (max !== null && value > max)) return `Expected ${rangeWords(setting)}.`
  const parts = multipleOf ? value / multipleOf : 1
  if (Math.abs(parts - Math.round(parts)) > 1e-9) return `Expected a multiple of ${multipleOf}.`
  return null
}

/** What an arrow key adds to a number of this size. */
export function strideOf(setting: NumberSetting, value: number): number {
  if (setting.multipleOf) return setting.multipleOf
  if (setting.whole) return 1
  return value > 0 ? 10 ** (Math.floor(Math.log10(value)) - 1) : 0.01
}

/** The fields of JSON that were typed, or why they are none. Only what differs from the preset is kept. */
export function readSettings(
  text: string,
  preset: Readonly<Record<string, unknown>>,
): { readonly set: Record<string, unknown> } | { readonly trouble: string } {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    return { trouble: `Not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return { trouble: 'Expected { "field": value, … }.' }
  const unknown = Object.keys(found).find((name) => !Object.hasOwn(preset, name))
  if (unknown !== undefined) return { trouble: `There is no field ${unknown}.` }
  const set = Object.entries(found).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(preset[name]))
  return { set: Object.fromEntries(set) }
}
