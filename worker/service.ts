import type { Context } from 'hono'
import { HrmError } from '../src/errors.ts'
import type { Solver } from '../src/solve/types.ts'
import type { Admission } from './admission.ts'
import type { ResultCache } from './cache.ts'
import type { JobPlatform } from './jobs/platform.ts'
import type { Limits } from './limits.ts'
import type { Log } from './log.ts'

export interface AppEnv {
  Variables: {
    requestId: string
    /** See `RateLimit`; `undefined` where it is not known, as under Node without keys, where a proxy may be all that is seen. */
    caller: string | undefined
  }
}

/** Gives the solver of a task, made on first need. */
export interface GetSolver {
  (): Promise<Solver>
  /**
   * Whoever asks from now on gets a solver of their own. A request that the runtime dropped may keep a slot of the engine
   * for ever; who solves already goes on with the solver they have.
   */
  renew?(): void
}

/** What the routes share. */
export interface Service {
  /** By task name. */
  readonly solvers: ReadonlyMap<string, GetSolver>
  readonly limits: Limits
  readonly admission: Admission
  /** Places of jobs whose boards are being received. */
  readonly uploads: Admission
  /** What bulk jobs run on, where there is such a thing. */
  readonly jobs: ((c: Context) => JobPlatform | undefined) | undefined
  readonly cache: ResultCache | undefined
  readonly log: Log
  /** Milliseconds, only where a clock runs during compute. */
  readonly clock: (() => number) | undefined
}

/** @throws HrmError `task_unknown`, or whatever keeps the solver from being made */
export function solverOf(c: Context, service: Service, task: string): Promise<Solver> {
  const get = service.solvers.get(task)
  if (!get) {
    const known = [...service.solvers.keys()].join(', ')
    throw new HrmError('task_unknown', `there is no task ${JSON.stringify(task)}; known: ${known}`)
  }
  return keepAlive(c, get())
}

/**
 * Lets the work run to its end when the client has left. A Worker otherwise drops a request at its next `await`, and
 * with it the `finally` that gives back a place, or the model that other requests are waiting for.
 */
export function keepAlive<T>(c: Context, work: Promise<T>): Promise<T> {
  const settled = work.catch(() => {})
  let context: Context['executionCtx'] | undefined
  try {
    context = c.executionCtx
  } catch {
    // Node has none and drops nothing
  }
  context?.waitUntil(settled)
  return work
}

/** Lets the work run to its end too, and tells how long it took, where there is a clock. */
export async function timed<T>(c: Context, { clock }: Service, work: () => Promise<T>): Promise<T> {
  const start = clock?.()
  const result = await keepAlive(c, work())
  if (start !== undefined) c.header('Server-Timing', `solve;dur=${(clock!() - start).toFixed(1)}`)
  return result
}

/**
 * Makes a solver once, at first need. A failure is not kept, so the next request tries again. Nor is an attempt that
 * hangs: after `patienceMs` the next request makes its own.
 */
export function lazySolver(
  create: () => Promise<Solver>,
  patienceMs = 10_000,
  now: () => number = Date.now,
): GetSolver {
  let pending: { solver: Promise<Solver>; since: number; done: boolean } | undefined
  function getSolver(): Promise<Solver> {
    if (pending && (pending.done || now() - pending.since <= patienceMs)) return pending.solver
    const mine = { solver: create(), since: now(), done: false }
    pending = mine
    mine.solver.then(
      () => {
        mine.done = true
      },
      () => {
        if (pending === mine) pending = undefined
      },
    )
    return mine.solver
  }
  const renew = (): void => {
    if (pending?.done) pending = undefined
  }
  return Object.assign(getSolver, { renew })
}
