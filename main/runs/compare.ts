/**
 * Comparison of runs: DuckDB reads the metrics of the run folders in place, so that there is
 * no index that could go stale.
 */
import { promises as fs } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Comparison } from '../contract/calls/runs.ts'
import { LetheError } from '../contract/errors.ts'
import type { PrivacyPlan } from '../contract/privacy.ts'
import { imageMetrics } from '../images/metrics/index.ts'
import { readConfig, readPlan, readRecord, runPaths } from './folder.ts'

type Row = Comparison['rows'][number]

/** Settings that differ first, then those that agree, what privacy costs, then metrics at their last step. */
export async function compareRuns(project: string, ids: readonly string[]): Promise<Comparison> {
  if (ids.length === 0) throw new LetheError('usage', 'Name at least one run.', 'See `lethe runs list`.')
  const runs = ids.map((id) => runPaths(project, id))
  const settings: Map<string, unknown>[] = []
  const privacy: (PrivacyPlan | null)[] = []
  for (const paths of runs) {
    await readRecord(paths)
    settings.push(flatten(await readConfig(paths)))
    privacy.push((await readPlan(paths).catch(() => null))?.privacy ?? null)
  }
  const names = [...new Set(settings.flatMap((map) => [...map.keys()]))].sort()
  const settingRows = names.map((name) =>
    row(
      'setting',
      name,
      settings.map((map) => plain(map.get(name))),
    ),
  )
  const differs = ({ values }: Row): boolean => new Set(values).size > 1
  const privacyRows = (['epsilon', 'delta', 'mode', 'relation'] as const).map((name) =>
    row(
      'privacy',
      name,
      privacy.map((plan) => plan?.[name] ?? null),
    ),
  )
  return {
    runs: [...ids],
    rows: [
      ...settingRows.filter(differs),
      ...settingRows.filter((one) => !differs(one)),
      ...privacyRows.filter(({ values }) => values.some((value) => value !== null)),
      ...(await lastMetrics(runs.map((paths) => paths.metrics))),
    ],
  }
}

const row = (kind: Row['kind'], name: string, values: Row['values']): Row => ({
  kind,
  name,
  values,
  private: true,
  best: [],
})

/** By the names under which jobs report; null where neither way is better in itself. */
function directionOf(name: string): 'higher' | 'lower' | null {
  const known = imageMetrics.find(({ id, title }) => name === id || name.startsWith(title))
  if (known) return known.direction
  if (/error|distance|fid\b/i.test(name)) return 'lower' // not a loss: each method has one of its own
  return /accuracy|precision|recall|score|auroc|aupro|return/i.test(name) ? 'higher' : null
}

function bestOf(name: string, values: readonly (number | null)[]): number[] {
  const direction = directionOf(name)
  const known = values.filter((value) => value !== null)
  if (direction === null || known.length < 2) return []
  const best = direction === 'higher' ? Math.max(...known) : Math.min(...known)
  const places = values.flatMap((value, index) => (value === best ? [index] : []))
  return places.length === known.length ? [] : places
}

/** The last value of every metric, one column a file. */
async function lastMetrics(files: readonly string[]): Promise<Row[]> {
  const present: string[] = []
  for (const file of files) if ((await fs.stat(file).catch(() => null))?.size) present.push(file)
  if (present.length === 0) return []
  const rows = await query(
    `SELECT name, filename, arg_max(value, step) AS value, bool_and(private) AS private
     FROM read_json(?, format = 'newline_delimited', filename = true,
       columns = {name: 'VARCHAR', step: 'DOUBLE', value: 'DOUBLE', private: 'BOOLEAN'})
     GROUP BY name, filename
     ORDER BY 1`,
    present,
  )
  const byName = new Map<string, { values: (number | null)[]; private: boolean }>()
  for (const [name, file, value, isPrivate] of rows) {
    const metric = byName.get(String(name)) ?? { values: files.map(() => null), private: true }
    metric.values[files.indexOf(String(file))] = value === null ? null : Number(value)
    metric.private &&= isPrivate === true
    byName.set(String(name), metric)
  }
  return [...byName].map(([name, metric]) => ({ kind: 'metric', name, ...metric, best: bestOf(name, metric.values) }))
}

async function query(sql: string, files: readonly string[]): Promise<unknown[][]> {
  const { DuckDBInstance, LIST, VARCHAR, listValue } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  let connection: DuckDBConnection | undefined
  try {
    connection = await instance.connect()
    await connection.run('SET autoinstall_known_extensions = false; SET autoload_known_extensions = false')
    const prepared = await connection.prepare(sql)
    prepared.bindList(1, listValue([...files]), LIST(VARCHAR))
    return (await prepared.runAndReadAll()).getRows()
  } finally {
    connection?.closeSync()
    instance.closeSync()
  }
}

/** A list of plain values is one setting: the ids of episodes may be thousands. */
function flatten(value: unknown, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [key, inner] of Object.entries((value ?? {}) as Record<string, unknown>)) {
    const isList = Array.isArray(inner) && inner.every((item) => typeof item !== 'object')
    if (inner !== null && typeof inner === 'object' && !isList)
      for (const [name, leaf] of flatten(inner, `${prefix}${key}.`)) flat.set(name, leaf)
    else flat.set(prefix + key, inner)
  }
  return flat
}

const plain = (value: unknown): string | number | null =>
  value === undefined || value === null
    ? null
    : typeof value === 'number'
      ? value
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)

/** Who reads only the name must still see it. */
export const shownName = (row: Pick<Row, 'name' | 'private'>): string =>
  row.private ? row.name : `${row.name} (not private)`

/** RFC 4180, with cells that a spreadsheet would run as a formula made harmless by an apostrophe. */
export function comparisonCsv(comparison: Comparison): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return ''
    if (typeof value === 'number') return String(value)
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
  }
  const lines = [
    ['kind', 'name', ...comparison.runs],
    ...comparison.rows.map((one) => [one.kind, shownName(one), ...one.values]),
  ]
  return lines.map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n'
}
