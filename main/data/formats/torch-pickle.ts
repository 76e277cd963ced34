/**
 * Weights saved by PyTorch: a dictionary of named tensors, in the legacy layout (five pickles, then raw storages) and in
 * the zip layout used since PyTorch 1.6.
 *
 * A pickle is a program. This reader runs none: it knows the opcodes a state dictionary needs and the handful of globals
 * listed below, and refuses everything else. No name from the file is ever looked up, imported or called.
 * Sizes are checked against the bytes at hand before anything is allocated.
 *
 * Layouts after torch/serialization.py: legacy = magic number, protocol 1001, system information, object, storage keys,
 * then for each key an int64 element count and the little-endian values; zip = `NAME/data.pkl` and `NAME/data/KEY`,
 * entries stored without compression.
 */
import { LetheError } from '../../contract/errors.ts'

export type TorchValues = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Int32Array | BigInt64Array

/** One tensor in C order. Half and bfloat16 are widened to float32; booleans are 0 or 1. */
export interface TorchTensor {
  readonly shape: readonly number[]
  readonly data: TorchValues
}

interface StorageKind {
  readonly width: number
  /** Reads values that start at a fresh, aligned buffer. */
  readonly view: (buffer: ArrayBuffer) => TorchValues
}

const storageKinds: Readonly<Record<string, StorageKind>> = {
  FloatStorage: { width: 4, view: (buffer) => new Float32Array(buffer) },
  DoubleStorage: { width: 8, view: (buffer) => new Float64Array(buffer) },
  HalfStorage: { width: 2, view: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToNumber) },
  BFloat16Storage: { width: 2, view: (buffer) => widenBfloat16(new Uint16Array(buffer)) },
  LongStorage: { width: 8, view: (buffer) => new BigInt64Array(buffer) },
  IntStorage: { width: 4, view: (buffer) => new Int32Array(buffer) },
  ShortStorage: { width: 2, view: (buffer) => new Int16Array(buffer) },
  CharStorage: { width: 1, view: (buffer) => new Int8Array(buffer) },
  ByteStorage: { width: 1, view: (buffer) => new Uint8Array(buffer) },
  BoolStorage: { width: 1, view: (buffer) => new Uint8Array(buffer) },
}

const orderedDictionary = 'collections.OrderedDict'
const rebuildTensor = 'torch._utils._rebuild_tensor_v2'
const rebuildParameter = 'torch._utils._rebuild_parameter'
const allowedGlobals = new Set([
  orderedDictionary,
  rebuildTensor,
  rebuildParameter,
  ...Object.keys(storageKinds).map((name) => `torch.${name}`),
])

interface Global {
  readonly kind: 'global'
  readonly name: string
}
interface Storage {
  readonly kind: 'storage'
  readonly key: string
  readonly type: StorageKind
  readonly length: number
}
/** Where a tensor lies in its storage; strides and offset in elements. */
interface TensorPlace {
  readonly kind: 'tensor'
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}
const mark = { kind: 'mark' } as const
type Value =
  null | boolean | number | bigint | string | Value[] | Map<Value, Value> | Global | Storage | TensorPlace | typeof mark

const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001
const wholeFile = 'Fetch or copy the file again; it may be cut off.'
const notPlain =
  'Save a plain state dictionary (torch.save(model.state_dict(), file)); Lethe runs no code from a pickle.'

/**
 * Reads every tensor of a state dictionary, in file order.
 * @param bytes the whole file
 * @param path named in errors
 * @throws LetheError `file-malformed` for broken bytes, `format-unsupported` for any pickle that is more than named tensors
 */
export function readTorchState(bytes: Uint8Array, path: string): Map<string, TorchTensor> {
  return readLayout(bytes, path, (state) => state)
}

/**
 * Reads the tensors of nested dictionaries and lists, as checkpoints with optimisers have: named by their way, apart by dots, in file
 * order. A number is a tensor of no axes; what else stands between them is left out.
 * @throws LetheError as `readTorchState` does, and `format-unsupported` for nesting without end
 */
export function readTorchTree(bytes: Uint8Array, path: string): Map<string, TorchTensor> {
  const single = new Map<string, TorchTensor>()
  const order: string[] = []
  const tensors = readLayout(bytes, path, (state) => {
    const found = new Map<Value, Value>()
    let visited = 0
    const walk = (value: Value, way: readonly string[]): void => {
      if (++visited > mostNodes || way.length > deepest)
        throw unsupported(path, 'dictionaries within dictionaries without end')
      const name = way.join('.')
      if (value instanceof Map)
        for (const [key, inner] of value) {
          if (typeof key !== 'string' && typeof key !== 'number')
            throw unsupported(path, `an entry named by ${typeName(key)}`)
          walk(inner, [...way, String(key)])
        }
      else if (Array.isArray(value)) value.forEach((inner, index) => walk(inner, [...way, String(index)]))
      else if (isKind(value, 'tensor')) {
        if (found.has(name)) throw malformed(path, 'each name once', `'${name}' twice`)
        found.set(name, value)
        order.push(name)
      } else if (typeof value === 'number') {
        single.set(name, { shape: [], data: Float64Array.of(value) })
        order.push(name)
      }
    }
    if (!(state instanceof Map)) throw unsupported(path, `${typeName(state)} instead of a dictionary`)
    walk(state, [])
    return found
  })
  return new Map(order.map((name) => [name, tensors.get(name) ?? single.get(name)!]))
}
const mostNodes = 100_000
const deepest = 12

/** `select` makes of what the pickle holds the dictionary of tensors that is wanted. */
function readLayout(bytes: Uint8Array, path: string, select: (state: Value) => Value): Map<string, TorchTensor> {
  const zipped = bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4
  return zipped ? readZipLayout(bytes, path, select) : readLegacyLayout(bytes, path, select)
}

function readLegacyLayout(bytes: Uint8Array, path: string, select: (state: Value) => Value): Map<string, TorchTensor> {
  const cursor = makeCursor(bytes, path)
  if (bytes[0] !== 0x80)
    throw malformed(path, 'a PyTorch file starting with a pickle or a zip', `first byte ${bytes[0] ?? 'none'}`)
  if (readPickle(cursor) !== legacyMagic) throw malformed(path, 'the magic number of PyTorch', 'another pickle')
  const protocol = readPickle(cursor)
  if (protocol !== legacyProtocol) throw unsupported(path, `another protocol than ${legacyProtocol}`)
  const system = readPickle(cursor)
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    throw unsupported(path, 'storages that are not little-endian')
  const state = select(readPickle(cursor))
  const keys = readPickle(cursor)
  if (!Array.isArray(keys)) throw malformed(path, 'a list of storage keys', typeName(keys))
  const kinds = storagesOf(state, path)
  const storages = new Map<string, TorchValues>()
  for (const key of keys) {
    const storage = typeof key === 'string' ? kinds.get(key) : undefined
    if (!storage)
      throw malformed(
        path,
        'storages that tensors refer to',
        typeof key === 'string' ? `the unknown key '${key}'` : typeName(key),
      )
    if (storages.has(storage.key)) throw malformed(path, 'each storage once', `the key ${storage.key} twice`)
    const length = Number(cursor.view.getBigInt64(cursor.take(8), true))
    if (length !== storage.length)
      throw malformed(path, `${storage.length} values in storage ${storage.key}`, `${length}`)
    storages.set(storage.key, readStorage(bytes, cursor.take(length * storage.type.width), storage))
  }
  if (cursor.position() !== bytes.length)
    throw malformed(path, 'nothing after the last storage', `${bytes.length - cursor.position()} bytes`)
  return tensorsOf(state, storages, bytes.length, path)
}

function readZipLayout(bytes: Uint8Array, path: string, select: (state: Value) => Value): Map<string, TorchTensor> {
  const entries = storedEntries(bytes, path)
  const pickleName = [...entries.keys()].find((name) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name))
  const pickle = pickleName === undefined ? undefined : entries.get(pickleName)
  if (pickleName === undefined || !pickle) throw unsupported(path, 'a zip without data.pkl')
  const folder = pickleName.slice(0, -'data.pkl'.length)
  const order = entries.get(`${folder}byteorder`)
  if (order && Buffer.from(order).toString('latin1') !== 'little')
    throw unsupported(path, 'storages that are not little-endian')
  const state = select(readPickle(makeCursor(pickle, path)))
  const storages = new Map<string, TorchValues>()
  for (const storage of storagesOf(state, path).values()) {
    const entry = entries.get(`${folder}data/${storage.key}`)
    const expected = storage.length * storage.type.width
    if (!entry || entry.length !== expected)
      throw malformed(path, `${expected} bytes in data/${storage.key}`, entry ? `${entry.length}` : 'no such entry')
    storages.set(storage.key, readStorage(entry, 0, storage))
  }
  return tensorsOf(state, storages, bytes.length, path)
}

function readStorage(bytes: Uint8Array, start: number, storage: Storage): TorchValues {
  const end = start + storage.length * storage.type.width
  // A fresh buffer: typed arrays need aligned starts, and the file's own bytes stay untouched.
  return storage.type.view(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer)
}

/** The storages that the tensors of a state dictionary use, by key; every entry must be a tensor. */
function storagesOf(state: Value, path: string): Map<string, Storage> {
  if (!(state instanceof Map)) throw unsupported(path, `${typeName(state)} instead of a dictionary of tensors`)
  const storages = new Map<string, Storage>()
  for (const [name, value] of state) {
    if (typeof name !== 'string') throw unsupported(path, `an entry named by ${typeName(name)}`)
    if (!isKind(value, 'tensor'))
      throw unsupported(path, `the entry '${name}', which is ${typeName(value)}, not a tensor`)
    const { storage } = value
    const known = storages.get(storage.key)
    if (known && (known.length !== storage.length || known.type !== storage.type))
      throw malformed(path, `one size and type for storage ${storage.key}`, 'two')
    storages.set(storage.key, storage)
  }
  return storages
}

function tensorsOf(
  state: Value,
  storages: Map<string, TorchValues>,
  budget: number,
  path: string,
): Map<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>()
  let copied = 0
  for (const [name, place] of state as Map<string, TensorPlace>) {
    const values = storages.get(place.storage.key)
    if (!values) throw malformed(path, `storage ${place.storage.key} of '${name}'`, 'no such storage')
    const { shape, strides, offset } = place
    const count = shape.reduce((product, size) => product * size, 1)
    const last =
      count === 0 ? offset - 1 : shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset)
    // The second test keeps repeating strides (an expanded tensor) from asking for more than the file holds.
    if (last >= values.length || count > values.length)
      throw malformed(
        path,
        `'${name}' of shape [${shape.join(', ')}] inside ${values.length} stored values`,
        `an end at ${last + 1}`,
      )
    if (isContiguous(shape, strides)) {
      tensors.set(name, { shape, data: values.subarray(offset, offset + count) })
      continue
    }
    copied += count
    if (copied > budget) throw malformed(path, 'tensors that share little', `overlapping tensors larger than the file`)
    tensors.set(name, { shape, data: gather(values, place, count) })
  }
  return tensors
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis] ?? 1
  }
  return true
}

function gather(values: TorchValues, { shape, strides, offset }: TensorPlace, count: number): TorchValues {
  const result = values.slice(0, count) as TorchValues
  const index = shape.map(() => 0)
  let from = offset
  for (let to = 0; to < count; to++) {
    result[to] = values[from] as never
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0
      const next = (index[axis] ?? 0) + 1
      from += stride
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        break
      }
      from -= next * stride
      index[axis] = 0
    }
  }
  return result
}

// ── The pickle machine: a stack, a memo, and the opcodes of protocol 2 that a state dictionary uses ──

interface Cursor {
  readonly path: string
  readonly bytes: Buffer
  readonly view: DataView
  /** Steps over `count` bytes and returns where they start; refuses to leave the file. */
  take(count: number): number
  position(): number
}

function makeCursor(bytes: Uint8Array, path: string): Cursor {
  let at = 0
  return {
    path,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    position: () => at,
    take(count) {
      if (!(count >= 0) || count > bytes.length - at)
        throw malformed(path, `${count} bytes at ${at}`, `the end of the file at ${bytes.length}`)
      at += count
      return at - count
    },
  }
}

function readPickle(cursor: Cursor): Value {
  const { bytes, view, path } = cursor
  const stack: Value[] = []
  const memo = new Map<number, Value>()
  const byte = (): number => view.getUint8(cursor.take(1))
  const uint32 = (): number => view.getUint32(cursor.take(4), true)
  const pop = (): Value => {
    const value = stack.pop()
    if (value === undefined || value === mark) throw malformed(path, 'a value on the stack', 'none')
    return value
  }
  const top = (): Value => {
    const value = pop()
    stack.push(value)
    return value
  }
  const popToMark = (): Value[] => {
    const at = stack.lastIndexOf(mark)
    if (at < 0) throw malformed(path, 'a mark on the stack', 'none')
    const values = stack.splice(at + 1)
    stack.pop()
    return values
  }
  const popMany = (count: number): Value[] => Array.from({ length: count }, pop).reverse()
  const recall = (key: number): Value => {
    const value = memo.get(key)
    if (value === undefined) throw malformed(path, `a remembered value ${key}`, 'none')
    return value
  }
  const line = (): string => {
    const start = cursor.position()
    const end = bytes.indexOf(0x0a, start)
    if (end < 0) throw malformed(path, 'a line', 'the end of the file')
    cursor.take(end + 1 - start)
    return bytes.toString('latin1', start, end)
  }
  const setItems = (items: readonly Value[]): void => {
    const target = top()
    if (!(target instanceof Map) || items.length % 2 === 1)
      throw malformed(path, 'pairs for a dictionary', typeName(target))
    for (let i = 0; i < items.length; i += 2) target.set(items[i] as Value, items[i + 1] as Value)
  }
  const append = (items: readonly Value[]): void => {
    const target = top()
    if (!Array.isArray(target)) throw malformed(path, 'a list', typeName(target))
    for (const item of items) target.push(item)
  }

  for (;;) {
    const at = cursor.position()
    const code = byte()
    switch (code) {
      case 0x80: {
        // PROTO
        const version = byte()
        if (version !== 2) throw unsupported(path, `pickle protocol ${version} instead of 2`)
        break
      }
      case 0x2e: // STOP
        return pop()
      case 0x28: // MARK
        stack.push(mark)
        break
      case 0x4e: // NONE
        stack.push(null)
        break
      case 0x88: // NEWTRUE
        stack.push(true)
        break
      case 0x89: // NEWFALSE
        stack.push(false)
        break
      case 0x4b: // BININT1
        stack.push(byte())
        break
      case 0x4d: // BININT2
        stack.push(view.getUint16(cursor.take(2), true))
        break
      case 0x4a: // BININT
        stack.push(view.getInt32(cursor.take(4), true))
        break
      case 0x8a: {
        // LONG1
        const length = byte()
        const start = cursor.take(length)
        let value = 0n
        for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(start + i))
        stack.push(BigInt.asIntN(8 * length, value))
        break
      }
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(cursor.take(8), false))
        break
      case 0x58: {
        // BINUNICODE
        const length = uint32()
        const start = cursor.take(length)
        stack.push(bytes.toString('utf8', start, start + length))
        break
      }
      case 0x7d: // EMPTY_DICT
        stack.push(new Map())
        break
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([])
        break
      case 0x74: // TUPLE
        stack.push(popToMark())
        break
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(popMany(code - 0x84))
        break
      case 0x71: // BINPUT
        memo.set(byte(), top())
        break
      case 0x72: // LONG_BINPUT
        memo.set(uint32(), top())
        break
      case 0x68: // BINGET
        stack.push(recall(byte()))
        break
      case 0x6a: // LONG_BINGET
        stack.push(recall(uint32()))
        break
      case 0x73: // SETITEM
        setItems(popMany(2))
        break
      case 0x75: // SETITEMS
        setItems(popToMark())
        break
      case 0x61: // APPEND
        append(popMany(1))
        break
      case 0x65: // APPENDS
        append(popToMark())
        break
      case 0x63: {
        // GLOBAL
        const name = `${line()}.${line()}`
        if (!allowedGlobals.has(name)) throw unsupported(path, `the global '${name.slice(0, 100)}'`)
        stack.push({ kind: 'global', name })
        break
      }
      case 0x51: // BINPERSID
        stack.push(describeStorage(pop(), path))
        break
      case 0x52: {
        // REDUCE
        const parts = pop()
        stack.push(reduce(pop(), parts, path))
        break
      }
      case 0x62: {
        // BUILD: module versions that torch hangs on the dictionary; not needed, not kept
        const attributes = pop()
        if (!(attributes instanceof Map) || !(top() instanceof Map))
          throw unsupported(path, `attributes of ${typeName(top())}`)
        break
      }
      default:
        throw unsupported(path, `pickle opcode 0x${code.toString(16)} at byte ${at}`)
    }
  }
}

/** The few calls a state dictionary makes, by name. */
function reduce(callee: Value, parts: Value, path: string): Value {
  const name = isKind(callee, 'global') ? callee.name : null
  if (!Array.isArray(parts)) throw malformed(path, 'a tuple of arguments', typeName(parts))
  if (name === orderedDictionary && parts.length === 0) return new Map()
  if (name === rebuildParameter && isKind(parts[0], 'tensor')) return parts[0]
  if (name === rebuildTensor) {
    const [storage, offset, shape, strides] = parts
    if (
      isKind(storage, 'storage') &&
      isSize(offset) &&
      isSizes(shape) &&
      isSizes(strides) &&
      shape.length === strides.length
    )
      return { kind: 'tensor', storage, offset, shape, strides }
    throw malformed(path, 'a tensor: storage, offset, shape, strides', parts.slice(0, 4).map(typeName).join(', '))
  }
  throw unsupported(path, `a call of ${name ?? typeName(callee)}`)
}

function describeStorage(id: Value, path: string): Storage {
  const [word, type, key, , length, part] = Array.isArray(id) ? id : []
  const kind = isKind(type, 'global') ? storageKinds[type.name.slice('torch.'.length)] : undefined
  if (word !== 'storage' || !kind || typeof key !== 'string' || !isSize(length))
    throw malformed(path, 'a storage: type, key, device, length', typeName(id))
  if (part !== undefined && part !== null) throw unsupported(path, 'a storage that is part of another')
  return { kind: 'storage', key, type: kind, length }
}

// ── Zip: the central directory of a file whose entries are stored ──

function storedEntries(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const within = (at: number, length: number): number => {
    if (at < 0 || length < 0 || at + length > bytes.length)
      throw malformed(path, `${length} bytes at ${at}`, `the end of the file at ${bytes.length}`)
    return at
  }
  let end = bytes.length - 22
  while (end >= 0 && bytes.length - end < 65_558 && view.getUint32(end, true) !== 0x06054b50) end--
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw malformed(path, 'the directory of a zip', 'none')
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count === 0xffff || at === 0xffffffff) throw unsupported(path, 'a zip of more than 4 GB or 65,534 entries')
  const entries = new Map<string, Uint8Array>()
  for (let i = 0; i < count; i++) {
    if (view.getUint32(within(at, 46), true) !== 0x02014b50)
      throw malformed(path, `entry ${i} of the zip directory`, 'other bytes')
    const method = view.getUint16(at + 10, true)
    const size = view.getUint32(at + 24, true)
    const nameLength = view.getUint16(at + 28, true)
    const local = within(view.getUint32(at + 42, true), 30)
    const nameStart = within(at + 46, nameLength)
    const name = Buffer.from(bytes.buffer, bytes.byteOffset + nameStart, nameLength).toString('utf8')
    if (method !== 0 || view.getUint32(at + 20, true) !== size)
      throw unsupported(path, `the compressed entry '${name}'`)
    if (view.getUint32(local, true) !== 0x04034b50) throw malformed(path, `the header of '${name}'`, 'other bytes')
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    if (entries.has(name)) throw malformed(path, 'each zip entry once', `'${name}' twice`)
    entries.set(name, bytes.subarray(within(start, size), start + size))
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

// ── Small words ──

function isKind<K extends 'global' | 'storage' | 'tensor'>(
  value: Value | undefined,
  kind: K,
): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

function isSize(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isSizes(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 16 && value.every(isSize)
}

function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Map) return 'a dictionary'
  return typeof value === 'object' ? `a ${value.kind}` : `a ${typeof value}`
}

/** IEEE 754 binary16, by value. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

/** A bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)
}

function malformed(path: string, expected: string, found: string): LetheError {
  return new LetheError('file-malformed', `${path}: expected ${expected}, found ${found}.`, wholeFile)
}

function unsupported(path: string, found: string): LetheError {
  return new LetheError('format-unsupported', `${path} contains ${found}; only named tensors are read.`, notPlain)
}
