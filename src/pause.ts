import { onAbort } from './on-abort.ts'

/** Ends after so many milliseconds, or early when the signal is aborted: what follows then has to ask it. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(end, ms)
    const stop = onAbort(signal, end)
    if (signal?.aborted) end()
  })
}
