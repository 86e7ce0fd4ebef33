import { abortError, onAbort, throwIfAborted } from '../src/on-abort.ts'
import { ProblemError } from './problem.ts'

/** A place among those in flight. */
export interface Lease {
  /** Resolves as soon as work may begin. @throws HrmError `aborted` */
  turn(wait?: TurnOptions): Promise<void>
  release(): void
}

export interface TurnOptions {
  /** How many boards are to be computed at a time. Default: 1 */
  wanted?: number
  /**
   * How many turns those of one caller's that have begun may take, with boards of one size; what has boards of several sizes
   * counts with all. Whoever wants several waits until it has all of them, or `most`. Default: any.
   */
  most?: number
  signal?: AbortSignal
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

interface Place {
  renewedAt: number
  readonly room?: Room
  readonly caller?: string
  /** Once it has asked for them. */
  turns: number
  most: number
  begun: boolean
  /** Ends the wait for its turn, where it waits. */
  begin?: () => void
}

/** Lets at most `max` solves, or whatever `what` says, be under way at once. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { max, maxEach = max, maxRoom = Number.POSITIVE_INFINITY, leaseMs, what, onLost } = options
  const now = options.now ?? Date.now
  /** In the order in which they were taken. */
  const places = new Set<Place>()

  function freeLost(): void {
    const lost = [...places].filter(({ renewedAt }) => now() - renewedAt > leaseMs)
    for (const place of lost) leave(place)
    if (lost.length > 0) onLost?.()
  }

  function leave(place: Place): void {
    places.delete(place)
    for (const waiting of places) if (waiting.begin && mayBegin(waiting)) waiting.begin()
  }

  const hasAll = (caller: string): boolean => [...places].filter((place) => place.caller === caller).length >= maxEach

  function hasRoom(room: Room): boolean {
    const sizes = new Map([...places].flatMap((place) => (place.room ? [[place.room.size, place.room.cost]] : [])))
    if (sizes.size === 0 || sizes.has(room.size)) return true
    return [...sizes.values()].reduce((sum, cost) => sum + cost, room.cost) <= maxRoom
  }

  function mayBegin(place: Place): boolean {
    const { room, caller } = place
    if (caller === undefined || !room) return true
    const like = [...places].filter((other) => other.caller === caller && isLike(other.room, room))
    // else whoever needs several turns would wait for as long as others come that need one
    const first = like.find(({ begin }) => begin) ?? place
    if (first !== place) return false
    const taken = like.reduce((sum, { begun, turns }) => sum + (begun ? turns : 0), 0)
    return taken + place.turns <= place.most
  }

  /** Why there is no place. */
  function refusal(room?: Room, caller?: string): string | undefined {
    freeLost()
    if (places.size >= max) return `${max} ${what}`
    if (caller !== undefined && hasAll(caller)) return `${maxEach} ${what} of one caller`
    if (room && !hasRoom(room)) return `${what} of boards of many sizes`
    return undefined
  }

  function take(room?: Room, caller?: string): Lease {
    const place: Place = { renewedAt: now(), room, caller, turns: 1, most: 1, begun: false }
    places.add(place)
    const renew = () => {
      place.renewedAt = now()
      places.add(place) // where it was taken for lost, as after the machine slept
      if (!place.begin) return
      // It may wait for one that was lost, and nobody else may come to see that.
      freeLost()
      if (mayBegin(place)) place.begin?.()
    }
    const timer = setInterval(renew, leaseMs / 4)
    return {
      async turn({ wanted = 1, most = Number.POSITIVE_INFINITY, signal } = {}) {
        throwIfAborted(signal)
        Object.assign(place, { turns: Math.min(wanted, most), most })
        await new Promise<void>((resolve, reject) => {
          const end = () => {
            stop()
            place.begin = undefined
          }
          const stop = onAbort(signal, () => {
            end()
            reject(abortError(signal!))
          })
          place.begin = () => {
            end()
            place.begun = true
            resolve()
          }
          if (mayBegin(place)) place.begin()
        })
      },
      release() {
        clearInterval(timer)
        leave(place)
      },
    }
  }

  return {
    get inFlight() {
      return places.size
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

/** Whether boards are of one size, or may be: some are of several. */
const isLike = (a: Room | undefined, b: Room): boolean =>
  a?.size === b.size || typeof a?.size === 'symbol' || typeof b.size === 'symbol'
