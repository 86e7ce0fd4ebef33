import { ProblemError } from './problem.ts'

/** A place among those in flight. */
export interface Lease {
  release(): void
}

/** What someone needs memory for while they are in flight; boards of one size share it. */
export interface Room {
  /** A symbol is shared with nobody. */
  size: string | symbol
  /** What a step on such a board costs, for memory goes by tokens as time does. */
  cost: number
}

export interface Admission {
  /** @throws ProblemError `overloaded` when every place is taken, or there is no room for another size of boards */
  acquire(room?: Room): Lease
  /** `undefined` where `acquire` would throw. */
  tryAcquire(room?: Room): Lease | undefined
  readonly inFlight: number
}

export interface AdmissionOptions {
  /** How many places there are. */
  max: number
  /** How much all sizes of boards in flight may cost together; one alone always may. Default: any. */
  maxRoom?: number
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
export function createAdmission(options: AdmissionOptions): Admission {
  const { max, maxRoom = Number.POSITIVE_INFINITY, leaseMs, what, onLost, now = Date.now } = options
  const renewedAt = new Map<symbol, number>()
  const rooms = new Map<symbol, Room>()

  function freeLost(): void {
    const lost = [...renewedAt].filter(([, at]) => now() - at > leaseMs)
    for (const [owner] of lost) leave(owner)
    if (lost.length > 0) onLost?.()
  }

  function leave(owner: symbol): void {
    renewedAt.delete(owner)
    rooms.delete(owner)
  }

  function hasRoom(room: Room): boolean {
    const sizes = new Map([...rooms.values()].map(({ size, cost }) => [size, cost]))
    if (sizes.size === 0 || sizes.has(room.size)) return true
    return [...sizes.values()].reduce((sum, cost) => sum + cost, room.cost) <= maxRoom
  }

  function tryAcquire(room?: Room): Lease | undefined {
    freeLost()
    if (renewedAt.size >= max || (room && !hasRoom(room))) return undefined
    const owner = Symbol('lease')
    if (room) rooms.set(owner, room)
    const renew = () => renewedAt.set(owner, now())
    renew()
    const timer = setInterval(renew, leaseMs / 4)
    return {
      release() {
        clearInterval(timer)
        leave(owner)
      },
    }
  }

  return {
    get inFlight() {
      return renewedAt.size
    },
    tryAcquire,
    acquire(room) {
      const lease = tryAcquire(room)
      if (lease) return lease
      const full = renewedAt.size >= max ? `${max} ${what}` : `${what} of boards of many sizes`
      throw new ProblemError('overloaded', `${full} are in flight; try again shortly.`)
    },
  }
}
