/** What is said between `hdf5.ts` and the thread in which a file is read. Paths have no leading slash; the root is ''. */

export interface DatasetHeader {
  readonly path: string
  /** HDF5's type class: 0 integer, 1 float, 3 text, 8 enumeration … */
  readonly class: number
  /** Bytes of an element. */
  readonly size: number
  readonly signed: boolean
  /** Null for a data set without values. */
  readonly shape: readonly number[] | null
  readonly chunks: readonly number[] | null
  /** An enumeration of FALSE and TRUE, as h5py stores booleans. */
  readonly isBoolean: boolean
  readonly isVirtual: boolean
  readonly filters: readonly { readonly id: number; readonly name: string }[]
}

export interface Listing {
  readonly datasets: DatasetHeader[]
  readonly groups: string[]
  readonly links: { path: string; target: string; outside: boolean }[]
}

/** A group to be written. Element types in NumPy's short form, without sizes: booleans are `|?`. */
export interface GroupContent {
  readonly group: string
  readonly attributes: Readonly<Record<string, { readonly value: number; readonly type: '<q' | '<d' }>>
  readonly datasets: readonly {
    readonly name: string
    readonly type: '<f' | '<d' | '|?'
    readonly shape: readonly number[]
    readonly values: Float32Array | Float64Array | Uint8Array
  }[]
}

export type Request = { readonly id: number } & (
  | { readonly kind: 'open'; readonly path: string }
  | {
      readonly kind: 'read'
      readonly path: string
      readonly shape: readonly number[]
      readonly start: number
      readonly count: number
      readonly bytes: number
    }
  | { readonly kind: 'attributes'; readonly path: string }
  | { readonly kind: 'create'; readonly path: string }
  | ({ readonly kind: 'write' } & GroupContent)
  | { readonly kind: 'finish' }
)

export interface Answer {
  readonly id: number
  readonly listing?: Listing
  readonly bytes?: Uint8Array
  readonly attributes?: Record<string, string | number>
  readonly error?: string
}
