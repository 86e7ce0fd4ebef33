import { abortWith } from '../on-abort.ts'

/**
 * An iterator over an answer that comes bit by bit. A generator's own `return()` waits for the `next()` that is pending, and
 * so for the service; this one ends the request first, and the `next()` is told that there is no more.
 * @param run asks `until` for the signal of its request: it is aborted with the caller's, and by `return()`
 */
export function leavable<T, Result>(
  run: (until: (signal: AbortSignal | undefined) => AbortSignal) => AsyncGenerator<T, Result, void>,
): AsyncGenerator<T, Result, void> {
  const leave = new AbortController()
  let left = false
  let stop = () => {}
  const until = (signal: AbortSignal | undefined) => {
    stop = abortWith(signal, leave)
    return leave.signal
  }
  async function* untilLeft(): AsyncGenerator<T, Result, void> {
    try {
      return yield* run(until)
    } catch (error) {
      if (left) return undefined as never
      throw error
    } finally {
      stop()
    }
  }
  const iterator = untilLeft()
  const end = iterator.return.bind(iterator)
  iterator.return = (value) => {
    left = true
    leave.abort()
    return end(value)
  }
  return iterator
}
