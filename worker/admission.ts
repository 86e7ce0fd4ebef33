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
  /**
   * @param caller whose places are counted together, where that is known
   * @throws ProblemError `overloaded` when every place is taken, or all that a caller may have, or there is no room for
   * another size of boards
   */
  acquire(room?: Room, caller?: string): Lease
  /** `undefined` where `acquire` would throw. */
  tryAcquire(room?: Room, caller?: string): Lease | undefined
  readonly inFlight: number
}

export interface AdmissionOptions {
  /** How many places there are. */
  max: number
  /** How many of them one caller may have. Default: all. */
  maxEach?: number
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
  const { max, maxEach = max, maxRoom = Number.POSITIVE_INFINITY, leaseMs, what, onLost, now = Date.now } = options
  const renewedAt = new Map<symbol, number>()
  const rooms = new Map<symbol, Room>()
  const callers = new Map<symbol, string>()

  function freeLost(): void {
    const lost = [...renewedAt].filter(([, at]) => now() - at > leaseMs)
    for (const [owner] of lost) leave(owner)
    if (lost.length > 0) onLost?.()
  }

  function leave(owner: symbol): void {
    renewedAt.delete(owner)
    rooms.delete(owner)
    callers.delete(owner)
  }

  const hasAll = (caller: string): boolean =>
    [...callers.values()].filter((other) => other === caller).length >= maxEach

  function hasRoom(room: Room): boolean {
    const sizes = new Map([...rooms.values()].map(({ size, cost }) => [size, cost]))
    if (sizes.size === 0 || sizes.has(room.size)) return true
    return [...sizes.values()].reduce((sum, cost) => sum + cost, room.cost) <= maxRoom
  }

  /** Why there is no place. */
  function refusal(room?: Room, caller?: string): string | undefined {
    freeLost()
    if (renewedAt.size >= max) return `${max} ${what}`
    if (caller !== undefined && hasAll(caller)) return `${maxEach} ${what} of one caller`
    if (room && !hasRoom(room)) return `${what} of boards of many sizes`
    return undefined
  }

  function take(room?: Room, caller?: string): Lease {
    const owner = Symbol('lease')
    if (room) rooms.set(owner, room)
    if (caller !== undefined) callers.set(owner, caller)
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
    tryAcquire(room, caller) {
      return refusal(room, caller) === undefined ? take(room, caller) : undefined
    },
    acquire(room, caller) {
      const full = refusal(room, caller)
      if (full === undefined) return take(room, caller)
      throw new ProblemError('overloaded', `${full} are in flight; try again shortly.`)
    },
  }
}
