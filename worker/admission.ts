import { ProblemError } from './problem.ts'

/** A place among those in flight. */
export interface Lease {
  release(): void
}

export interface Admission {
  /** @throws ProblemError `overloaded` when every place is taken */
  acquire(): Lease
  /** `undefined` when every place is taken. */
  tryAcquire(): Lease | undefined
  readonly inFlight: number
}

export interface AdmissionOptions {
  /** How many places there are. */
  max: number
  /**
   * Milliseconds without a sign of life after which a place is free: a runtime may drop a request without running its
   * `finally`, and the place would be lost for the isolate's life. The sign is a timer of the request's own, which ends
   * when the runtime drops it; work that waits its turn or is silent for long keeps its place.
   */
  leaseMs: number
  /** Who takes places, for messages. */
  what: string
  /** Told when places were lost, so that what their owners held besides can be given up, too. */
  onLost?: () => void
  now?: () => number
}

/** Lets at most `max` solves, or whatever `what` says, be under way at once. */
export function createAdmission({ max, leaseMs, what, onLost, now = Date.now }: AdmissionOptions): Admission {
  const renewedAt = new Map<symbol, number>()

  function freeLost(): void {
    const lost = [...renewedAt].filter(([, at]) => now() - at > leaseMs)
    for (const [owner] of lost) renewedAt.delete(owner)
    if (lost.length > 0) onLost?.()
  }

  function tryAcquire(): Lease | undefined {
    freeLost()
    if (renewedAt.size >= max) return undefined
    const owner = Symbol('lease')
    const renew = () => renewedAt.set(owner, now())
    renew()
    const timer = setInterval(renew, leaseMs / 4)
    return {
      release() {
        clearInterval(timer)
        renewedAt.delete(owner)
      },
    }
  }

  return {
    get inFlight() {
      return renewedAt.size
    },
    tryAcquire,
    acquire() {
      const lease = tryAcquire()
      if (lease) return lease
      throw new ProblemError('overloaded', `${max} ${what} are in flight; try again shortly.`)
    },
  }
}
