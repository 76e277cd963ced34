/**
 * HDF5 in a throw-away thread. The C library is not safe on hostile files, so it runs as WebAssembly, sees nothing of the disk but the
 * bytes of the one file it was given (links, external storage and plug-ins lead nowhere), and its thread is ended after a failure.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { h5wasm as H5wasm } from 'h5wasm'
import { flagMember, flagType, turnFlags } from './hdf5-flags.ts'
import type { Answer, DatasetHeader, GroupContent, Listing, Request } from './hdf5-messages.ts'

/** What is used of h5wasm, whose own types do not cover its lower level. Groups and data sets are named by their path. */
interface Library {
  readonly H5G_GROUP: number
  readonly H5G_DATASET: number
  readonly HEAPU8: Uint8Array
  readonly FS: { writeFile(path: string, bytes: Uint8Array): void; lookupPath(path: string): { node: FileNode } }
  _malloc(bytes: number): number
  _free(pointer: number): void
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint
  activate_throwing_error_handler(): number
  get_type(file: bigint, path: string): number
  get_symbolic_link(file: bigint, path: string): string | null
  get_external_link(file: bigint, path: string): { filename?: string }
  get_dataset_metadata(file: bigint, path: string): Metadata
  get_dataset_filters(file: bigint, path: string): { id: number; name: string }[]
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    stride: bigint[] | null,
    pointer: bigint,
  ): number
}
interface FileNode {
  usedBytes: number
  stream_ops: Record<string, unknown>
}
interface Metadata {
  readonly type: number
  readonly size: number
  readonly signed: boolean
  readonly shape: number[] | null
  readonly chunks: number[] | null
  readonly enum_type?: { readonly members: Record<string, number> }
  readonly virtual_sources?: readonly unknown[]
}

const mostObjects = 500_000
const mostDepth = 32
const inside = '/file.h5'

/** Where the two builds of h5wasm lie. */
const libraries = workerData as { readonly reader: string; readonly writer: string }
let h5wasm: typeof H5wasm
let library: Library
let file: InstanceType<typeof H5wasm.File> | undefined
let handle = -1
/** The file being written; the build of the library for Node writes to the disk as it goes. */
let made: InstanceType<typeof H5wasm.File> | undefined
/** Data sets of booleans in it. */
let flags = 0

async function main(): Promise<void> {
  h5wasm = ((await import(libraries.reader)) as { default: typeof H5wasm }).default
  library = (await h5wasm.ready) as unknown as Library
  // Without this a failed read is a line on standard error and an array of garbage.
  library.activate_throwing_error_handler()
  parentPort!.on('message', (request: Request) => void respond(request))
  process.on('exit', () => handle >= 0 && closeSync(handle))
}

async function respond(request: Request): Promise<void> {
  try {
    const found = await answer(request)
    parentPort!.postMessage({ id: request.id, ...found }, found.bytes ? [found.bytes.buffer as ArrayBuffer] : [])
  } catch (thrown) {
    parentPort!.postMessage({ id: request.id, error: reason(thrown) })
  }
}

/** The one file of the library's world: reads of it are reads of `path`. */
function open(path: string): Listing {
  handle = openSync(path, 'r')
  const { size } = fstatSync(handle)
  library.FS.writeFile(inside, new Uint8Array(0))
  const { node } = library.FS.lookupPath(inside)
  node.usedBytes = size
  node.stream_ops = {
    ...node.stream_ops,
    read(_: unknown, target: Uint8Array, offset: number, length: number, position: number): number {
      const most = Math.min(length, size - position)
      return most > 0 ? readSync(handle, target, offset, most, position) : 0
    },
  }
  file = new h5wasm.File(inside, 'r')
  return list()
}

function list(): Listing {
  const listing: Listing = { datasets: [], groups: [], links: [] }
  let objects = 0
  const walk = (group: string, depth: number): void => {
    const names = (group === '' ? file! : (file!.get(group) as typeof file))!.keys()
    for (const name of names) {
      const path = `${group}/${name}`
      if (++objects > mostObjects) throw new Error(`more than ${mostObjects} objects`)
      const soft = library.get_symbolic_link(file!.file_id, path)
      const { filename } = library.get_external_link(file!.file_id, path)
      if (soft !== null || filename !== undefined) {
        listing.links.push({ path: path.slice(1), target: filename ?? soft!, outside: filename !== undefined })
        continue
      }
      const type = library.get_type(file!.file_id, path)
      if (type === library.H5G_DATASET) listing.datasets.push(header(path))
      if (type !== library.H5G_GROUP) continue
      if (depth === mostDepth) throw new Error(`groups nested deeper than ${mostDepth}`)
      listing.groups.push(path.slice(1))
      walk(path, depth + 1)
    }
  }
  walk('', 1)
  return listing
}

function header(path: string): DatasetHeader {
  const { type, size, signed, shape, chunks, ...more } = library.get_dataset_metadata(file!.file_id, path)
  return {
    path: path.slice(1),
    class: type,
    size,
    signed,
    shape,
    chunks,
    isBoolean: more.enum_type !== undefined && size === 1 && 'TRUE' in more.enum_type.members,
    isVirtual: (more.virtual_sources?.length ?? 0) > 0,
    filters: library.get_dataset_filters(file!.file_id, path).map(({ id, name }) => ({ id, name })),
  }
}

/** Rows `start` … `start + count`; the library turns them into this machine's byte order. */
function read(path: string, shape: readonly number[], start: number, count: number, bytes: number): Uint8Array {
  const pointer = library._malloc(bytes)
  if (pointer === 0) throw new Error('out of memory')
  try {
    const ask = (values: readonly number[]) => (shape.length === 0 ? null : values.map(BigInt))
    const rest = shape.slice(1)
    const status = library.get_dataset_data(
      file!.file_id,
      `/${path}`,
      ask([count, ...rest]),
      ask([start, ...rest.map(() => 0)]),
      ask(shape.map(() => 1)),
      BigInt(pointer),
    )
    if (status < 0) throw new Error('the values cannot be read')
    return library.HEAPU8.slice(pointer, pointer + bytes)
  } finally {
    library._free(pointer)
  }
}

/** Attributes of one group whose values are single numbers or texts. */
function attributes(path: string): Record<string, string | number> {
  const entity = path === '' ? file! : file!.get(path)
  const found: Record<string, string | number> = {}
  if (!entity || !('attrs' in entity)) return found
  for (const [name, attribute] of Object.entries(entity.attrs)) {
    const value = attribute.json_value
    if (typeof value === 'string' || typeof value === 'number') found[name] = value
  }
  return found
}

function write({ group, attributes, datasets }: GroupContent): void {
  const target = made!.create_group(group)
  for (const [name, { value, type }] of Object.entries(attributes)) target.create_attribute(name, value, null, type)
  for (const { name, type, shape, values } of datasets) {
    const place = { name: `${group}/${name}`, shape: [...shape] }
    if (type !== '|?') made!.create_dataset({ ...place, data: values, dtype: type })
    else made!.create_dataset({ ...place, data: new Map([[flagMember, Int8Array.from(values)]]), dtype: flagType })
    flags += Number(type === '|?')
  }
}

async function answer(request: Request): Promise<Omit<Answer, 'id'>> {
  switch (request.kind) {
    case 'open':
      return { listing: open(request.path) }
    case 'read':
      return { bytes: read(request.path, request.shape, request.start, request.count, request.bytes) }
    case 'attributes':
      return { attributes: attributes(request.path) }
    case 'create': {
      const { default: writer } = (await import(libraries.writer)) as { default: typeof H5wasm }
      await writer.ready
      made = new writer.File(request.path, 'w', { libver: ['earliest', 'latest'] })
      flags = 0
      return {}
    }
    case 'write':
      write(request)
      return {}
    case 'finish': {
      made!.close()
      const turned = flags === 0 ? 0 : turnFlags(made!.filename)
      if (turned !== flags) throw new Error(`${turned} of ${flags} booleans were written`)
      return {}
    }
  }
}

/** The innermost line of the library's report, in a line. */
function reason(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  const lines = [...text.matchAll(/^\s*#\d+:.*\(\): (.*)$/gm)].map(([, line]) => line!)
  return (lines.at(-1) ?? text).slice(0, 200)
}

void main()
