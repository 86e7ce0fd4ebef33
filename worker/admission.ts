import { ProblemError } from './problem.ts'

/** A place among the solves in flight. */
export interface Lease {
  /** Called while the solve moves on. @throws ProblemError `overloaded` when others have taken the place meanwhile */
  renew(): void
  release(): void
}

export interface Admission {
  /** @throws ProblemError `overloaded` when every place is taken */
  acquire(): Lease
  /** `undefined` when every place is taken. */
  tryAcquire(): Lease | undefined
  readonly inFlight: number
}

/**
 * Lets at most `max` solves (or whatever `what` says) run at once. A place that was not renewed for `leaseMs` counts as free once it is needed:
 * a runtime may drop a request without running its `finally`, and the place would be lost for the isolate's life.
 */
export function createAdmission(
  max: number,
  leaseMs: number,
  what = 'solves',
  now: () => number = Date.now,
): Admission {
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
    return {
      renew() {
        if (take(owner)) return
        throw new ProblemError('overloaded', `The request stood still and lost its place to other ${what}.`)
      },
      release() {
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
