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
