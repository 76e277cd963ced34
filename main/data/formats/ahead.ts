/** Reading ahead over many small files, in order, with bounded memory. */
import { takeTurns } from '../../files/turns.ts'
import { throwIfAborted } from './bytes.ts'
import type { ReadOptions } from './format.ts'

const most = 32
const mostBytes = 64 << 20

/**
 * Yields each item with its work's result, in order, while the work of the next ones is under way: at most 32 and at
 * most 64 MiB by `size` (one is always allowed). An error is thrown when its turn comes.
 */
export async function* ahead<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
  size: (item: Item) => number,
  options: ReadOptions = {},
): AsyncGenerator<{ readonly item: Item; readonly value: Value }> {
  const pending: { item: Item; value: Promise<Value>; bytes: number }[] = []
  let next = 0
  let bytes = 0
  const turn = takeTurns()
  try {
    while (next < items.length || pending.length > 0) {
      while (
        next < items.length &&
        (pending.length === 0 || (pending.length < most && bytes + size(items[next]!) <= mostBytes))
      ) {
        const item = items[next++]!
        const value = work(item)
        value.catch(() => {}) // reported in its turn
        pending.push({ item, value, bytes: size(item) })
        bytes += size(item)
      }
      throwIfAborted(options.signal)
      const { item, value, bytes: done } = pending.shift()!
      yield { item, value: await value }
      await turn() // what was made of it may have taken long
      bytes -= done
    }
  } finally {
    // Whatever is under way holds a file open; leave nothing behind.
    await Promise.allSettled(pending.map((one) => one.value))
  }
}
