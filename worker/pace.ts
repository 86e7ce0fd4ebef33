import { ProblemError } from './problem.ts'

export interface PaceOptions {
  /** What has to arrive on the average. */
  bytesPerSecond: number
  /** Milliseconds by which the sender may fall behind. */
  patienceMs: number
  /** Milliseconds for the whole. */
  totalMs: number
}

/**
 * Holds the sender of a body to a pace. Only time spent waiting for it counts, so a busy service blames nobody; and
 * nobody gets ahead, or a burst would buy hours of silence.
 */
export interface Pace {
  /** Waits for the next chunk. @throws ProblemError `request_timeout` once the sender is too slow */
  wait<T extends { value?: Uint8Array }>(chunk: Promise<T>): Promise<T>
}

export function createPace({ bytesPerSecond, patienceMs, totalMs }: PaceOptions): Pace {
  let patience = patienceMs
  let total = totalMs
  return {
    async wait(chunk) {
      const start = Date.now()
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise<never>((_, reject) => {
        const refuse = () => reject(new ProblemError('request_timeout', 'The body arrives too slowly.'))
        timer = setTimeout(refuse, Math.min(patience, total))
      })
      try {
        const arrived = await Promise.race([chunk, late])
        const waited = Date.now() - start
        const bytes = arrived.value?.byteLength ?? 0
        total -= waited
        patience = Math.min(patience - waited + (1000 * bytes) / bytesPerSecond, patienceMs)
        return arrived
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
