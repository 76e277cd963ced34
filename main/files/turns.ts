/** Long work on the thread that answers the window: it gives the others a turn every few milliseconds. */

/** Await what it returns between pieces of work; it waits for a turn of the event loop once `every` milliseconds have passed. */
export function takeTurns(every = 15): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < every) return
    await new Promise((resolve) => setImmediate(resolve))
    since = performance.now()
  }
}

/** Work that can pause: it yields where others may have a turn, every millisecond or so. */
export type Pieces<Value> = Generator<void, Value>

/** Does it without a pause. */
export function atOnce<Value>(pieces: Pieces<Value>): Value {
  for (;;) {
    const next = pieces.next()
    if (next.done) return next.value
  }
}

/** Does it with turns for others in between. */
export async function inTurns<Value>(pieces: Pieces<Value>, turn = takeTurns()): Promise<Value> {
  for (;;) {
    const next = pieces.next()
    if (next.done) return next.value
    await turn()
  }
}
