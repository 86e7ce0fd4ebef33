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
   * Milliseconds without a sign of life after which a place counts as free once it is needed: a runtime may drop a
   * request without running its `finally`, and the place would be lost for the isolate's life. The sign is a timer of
   * the request's own, which ends when the runtime drops it; work that waits its turn or is silent for long keeps its
   * place.
   */
  leaseMs: number
  /** Who takes places, for messages. */
  what: string
  now?: () => number
}

/** Lets at most `max` solves, or whatever `what` says, be under way at once. */
export function createAdmission({ max, leaseMs, what, now = Date.now }: AdmissionOptions): Admission {
  const renewedAt = new Map<symbol, number>()

  function take(owner: symbol): boolean {
    const time = now()
    if (!renewedAt.has(owner) && renewedAt.size >= max) {
      for (const [other, at] of renewedAt) if (time - at > leaseMs) renewedAt.delete(other)
      if (renewedAt.size >= max) return false
    }
    renewedAt.set(owner, time)
    return true
  }

  function tryAcquire(): Lease | undefined {
    const owner = Symbol('lease')
    if (!take(owner)) return undefined
    const timer = setInterval(take, leaseMs / 4, owner)
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
