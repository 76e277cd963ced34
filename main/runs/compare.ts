/**
 * Comparison of runs: DuckDB reads the metrics of the run folders in place, so that there is
 * no index that could go stale.
 */
import { promises as fs } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { LetheError } from '../contract/errors.ts'
import { readConfig, readRecord, runPaths } from './folder.ts'

export interface Comparison {
  readonly runs: readonly string[]
  /** Settings that differ first, then those that agree, then metrics at their last step. */
  readonly rows: readonly {
    readonly kind: 'setting' | 'metric'
    readonly name: string
    readonly values: readonly (string | number | null)[]
  }[]
}

/** Errors: `usage` for fewer than one run, `run-missing`. */
export async function compareRuns(project: string, ids: readonly string[]): Promise<Comparison> {
  if (ids.length === 0) throw new LetheError('usage', 'Name at least one run.', 'See `lethe runs list`.')
  const runs = ids.map((id) => runPaths(project, id))
  const settings: Map<string, unknown>[] = []
  for (const paths of runs) {
    await readRecord(paths)
    settings.push(flatten(await readConfig(paths)))
  }
  const names = [...new Set(settings.flatMap((map) => [...map.keys()]))].sort()
  const settingRows = names.map((name) => ({
    kind: 'setting' as const,
    name,
    values: settings.map((map) => plain(map.get(name))),
  }))
  const differs = (row: { values: readonly unknown[] }): boolean => new Set(row.values).size > 1
  return {
    runs: [...ids],
    rows: [
      ...settingRows.filter(differs),
      ...settingRows.filter((row) => !differs(row)),
      ...(await lastMetrics(runs.map((paths) => paths.metrics))),
    ],
  }
}

/** The last value of every metric, one column a file. */
async function lastMetrics(files: readonly string[]): Promise<Comparison['rows']> {
  const present: string[] = []
  for (const file of files) if ((await fs.stat(file).catch(() => null))?.size) present.push(file)
  if (present.length === 0) return []
  const rows = await query(
    `SELECT name || CASE WHEN private THEN '' ELSE ' (not private)' END, filename, value
     FROM (SELECT name, filename, bool_and(private) AS private, arg_max(value, step) AS value
       FROM read_json(?, format = 'newline_delimited', filename = true,
         columns = {name: 'VARCHAR', step: 'DOUBLE', value: 'DOUBLE', private: 'BOOLEAN'})
       GROUP BY name, filename)
     ORDER BY 1`,
    present,
  )
  const byName = new Map<string, (number | null)[]>()
  for (const [name, file, value] of rows) {
    const values = byName.get(String(name)) ?? files.map(() => null)
    values[files.indexOf(String(file))] = value === null ? null : Number(value)
    byName.set(String(name), values)
  }
  return [...byName].map(([name, values]) => ({ kind: 'metric' as const, name, values }))
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

function flatten(value: unknown, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [key, inner] of Object.entries((value ?? {}) as Record<string, unknown>)) {
    if (inner !== null && typeof inner === 'object')
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
    ...comparison.rows.map((row) => [row.kind, row.name, ...row.values]),
  ]
  return lines.map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n'
}
