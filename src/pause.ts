import { onAbort } from './on-abort.ts'

/** Milliseconds: timers take what is longer, or no number, for 1 ms, and whoever waits in a loop would be busy. */
export const LONGEST_PAUSE = 2 ** 31 - 1

/**
 * Ends after so many milliseconds, `LONGEST_PAUSE` at most, or early when the signal is aborted: what follows then has
 * to ask it.
 */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(end, Number.isNaN(ms) ? LONGEST_PAUSE : Math.min(ms, LONGEST_PAUSE))
    const stop = onAbort(signal, end)
    if (signal?.aborted) end()
  })
}
