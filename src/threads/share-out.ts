import { abortWith } from '../on-abort.ts'

/** Items handed out at once, at most: a worker must not keep the last ones while the others have none. */
const MAX_CHUNK = 64

/**
 * Hands out `count` items, a chunk at a time, to whichever worker is free: ever smaller ones, so that all end at much the
 * same time though an item may take a hundred times as long as another. What becomes of an item must not depend on who
 * gets it, or with which others.
 *
 * @param run does the items `from` to `to` (not included); its signal is aborted when another chunk has failed, and with `signal`
 * @throws the first failure, once every worker has left its chunk; no more chunks are handed out after it
 */
export async function shareOut<W>(
  count: number,
  workers: readonly W[],
  run: (worker: W, from: number, to: number, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const leave = abortWith(signal, stop)
  let next = 0
  let failure: { error: unknown } | undefined
  const work = async (worker: W): Promise<void> => {
    while (next < count && !failure) {
      const size = Math.min(MAX_CHUNK, Math.ceil((count - next) / (workers.length * 4)))
      const from = next
      next = Math.min(count, next + size)
      try {
        await run(worker, from, next, stop.signal)
      } catch (error) {
        failure ??= { error }
        stop.abort()
      }
    }
  }
  await Promise.all(workers.map(work))
  leave()
  if (failure) throw failure.error
}
