/** The atlases that are decoded: those wanted now come first, those not wanted for longest go first. */

interface Store<Picture> {
  readonly load: (page: number) => Promise<Picture>
  /** Frees what a picture holds. */
  readonly close: (picture: Picture) => void
  readonly bytes: (picture: Picture) => number
  /** Decoded bytes kept at most; what is wanted now is kept in any case. */
  readonly most: number
  /** A page has come, or will not. */
  readonly onChange: (page: number) => void
}

/** Loads under way at once: enough to keep the lab busy, few enough that what has scrolled by is not waited for. */
const atOnce = 3

export function createAtlasCache<Picture>({ load, close, bytes, most, onChange }: Store<Picture>) {
  /** In the order of their last use. */
  const kept = new Map<number, Picture>()
  const failed = new Set<number>()
  const loading = new Set<number>()
  let wanted: readonly number[] = []
  let closed = false

  function makeRoom(): void {
    let total = 0
    for (const picture of kept.values()) total += bytes(picture)
    for (const [page, picture] of kept) {
      if (total <= most) return
      if (wanted.includes(page)) continue
      kept.delete(page)
      total -= bytes(picture)
      close(picture)
    }
  }

  function loadNext(): void {
    while (loading.size < atOnce) {
      const page = wanted.find((candidate) => !kept.has(candidate) && !loading.has(candidate) && !failed.has(candidate))
      if (page === undefined) return
      loading.add(page)
      load(page).then(
        (picture) => {
          loading.delete(page)
          if (closed) return close(picture)
          kept.set(page, picture)
          makeRoom()
          onChange(page)
          loadNext()
        },
        () => {
          loading.delete(page)
          if (closed) return
          failed.add(page)
          onChange(page)
          loadNext()
        },
      )
    }
  }

  return {
    /** The pages in sight, the most important first. */
    want(pages: readonly number[]): void {
      wanted = pages
      for (const page of [...pages].reverse()) {
        const picture = kept.get(page)
        if (picture === undefined) continue
        kept.delete(page)
        kept.set(page, picture)
      }
      loadNext()
    },
    get: (page: number): Picture | undefined => kept.get(page),
    failed: (): number => failed.size,
    retry(): void {
      failed.clear()
      loadNext()
    },
    /** Frees everything; nothing is loaded afterwards. */
    close(): void {
      closed = true
      wanted = []
      kept.forEach(close)
      kept.clear()
    },
  }
}

export type AtlasCache<Picture> = ReturnType<typeof createAtlasCache<Picture>>
