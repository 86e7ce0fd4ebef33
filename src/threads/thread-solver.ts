import { startThread } from '#thread'
import { checkFunction, checkObject, checkSignal, checkWhole, refuseUnknown } from '../check-options.ts'
import { backendOf } from '../engines/backend-option.ts'
import type { Backend } from '../engines/engine.ts'
import { HrmError } from '../errors.ts'
import { onAbort, throwIfAborted } from '../on-abort.ts'
import { ofNthBoard } from '../solve/nth-board.ts'
import { CREATE_OPTIONS, checkOptions, checkSlots } from '../solve/options.ts'
import type { CreateSolverOptions, SolveBatchOptions, SolveResult, Solver, SolveStep } from '../solve/types.ts'
import { checkString } from '../tasks/check-string.ts'
import { connect } from './connect.ts'
import type { Link, WorkerLike } from './link.ts'
import { type RequestOptions, request } from './request.ts'
import { Seat } from './seat.ts'
import { shareOut } from './share-out.ts'
import type { SolverInfo, SolverRequest } from './solver-host.ts'
import { streamSteps } from './stream.ts'
import { toWire } from './wire-options.ts'

const MAX_WORKERS = 1024

/** Boards of a batch for which one more worker is asked: it starts in about the time that two easy ones take. */
const BOARDS_A_WORKER = 2

/**
 * `CreateSolverOptions` without WebGPU (a GPU keeps no page waiting and needs no worker), how many workers, and where they
 * come from.
 *
 * @example
 * // For bundlers that do not follow `new URL(..., import.meta.url)`: a script that imports 'hrm-edge/worker-entry'.
 * const solver = await createSolver({ worker: () => new Worker('/solver-worker.js', { type: 'module' }) })
 */
export interface CreateThreadSolverOptions
  extends Omit<CreateSolverOptions, 'backend' | 'engine' | 'webgpu' | 'onFallback'> {
  /** Default `auto`: wasm where WebAssembly SIMD runs, else reference. */
  backend?: Exclude<Backend, 'webgpu'> | 'auto' | undefined
  /** Another name of `backend`; where both are given they are the same. */
  engine?: Exclude<Backend, 'webgpu'> | 'auto' | undefined
  /**
   * Workers at most. `solveBatch` shares its boards out among them, and solves that come together each get their own;
   * the answers do not depend on how many there are. All but the first start when they are needed. Default 1.
   */
  workers?: number | undefined
  /** Starts a worker. Default: the script that lies beside this module. For builds that put it elsewhere. */
  worker?: (() => WorkerLike) | undefined
}

const { webgpu, onFallback, ...shared } = CREATE_OPTIONS
const THREAD_OPTIONS: Record<keyof CreateThreadSolverOptions, true> = { ...shared, workers: true, worker: true }

/**
 * A solver that computes in web workers, or in Node's threads, so that the page never waits for it. Same calls, same
 * answers, same errors as `createSolver` of `hrm-edge`. A worker that dies fails what it was doing with `engine_failed`;
 * the next call starts another, with the same weights.
 *
 * @example
 * import { createSolver } from 'hrm-edge/worker'
 * const solver = await createSolver({ task: 'sudoku', workers: navigator.hardwareConcurrency })
 * const results = await solver.solveBatch(boards)
 *
 * @throws HrmError as `createSolver` of `hrm-edge`, and `engine_failed` when the worker cannot be started
 */
export async function createThreadSolver(options: CreateThreadSolverOptions = {}): Promise<Solver> {
  checkObject(options)
  refuseWebGpu(options)
  refuseUnknown(options, THREAD_OPTIONS)
  backendOf(options, ['wasm', 'reference', 'auto'])
  const { worker = startThread, workers = 1, signal, onProgress, ...rest } = options
  checkWhole('workers', workers, 1, MAX_WORKERS)
  checkFunction('worker', worker)
  checkSignal(signal)
  checkFunction('onProgress', onProgress)
  if (rest.slots !== undefined) checkSlots(rest.slots)
  const wire = await toWire(rest)
  const { link, info, files } = await connect(worker, wire, { signal, onProgress })
  // Whatever lies under a URL by then, if it still answers: every other worker must start, and compute the same as the first.
  // So its files stay here too, 80 to 260 kB of those that ship, and as much as they have of larger models.
  const again = {
    ...wire,
    weights: files.weights ?? wire.weights,
    kernels: { ...wire.kernels, ...files.kernels },
    sha256: info.model.sha256 || wire.sha256,
  }
  const connectAgain = async (signal: AbortSignal) => (await connect(worker, again, { signal })).link
  const seats = Array.from({ length: workers }, (_, i) => new Seat(connectAgain, i === 0 ? link : undefined))
  return seatedSolver(seats, info)
}

function refuseWebGpu({ backend, engine, webgpu, onFallback }: CreateSolverOptions): void {
  if (webgpu === undefined && onFallback === undefined && backend !== 'webgpu' && engine !== 'webgpu') return
  throw new HrmError('option_invalid', "WebGPU is only in 'hrm-edge', not in 'hrm-edge/worker'")
}

/** A seat in use until `done` is called, and its worker. */
interface Taken {
  seat: Seat
  link: Link
  done: () => void
}

/** Closures, as in `hrm-edge`: each can be taken off the solver. */
function seatedSolver(seats: readonly Seat[], info: SolverInfo): Solver {
  let disposed = false

  const refuseDisposed = (): void => {
    if (disposed) throw disposal()
  }
  /** Where the fewest calls are under way first. */
  const byLoad = (): Seat[] => [...seats].sort((a, b) => a.load - b.load)

  /**
   * Takes the first of the seats that has a worker or can start one: one that cannot, in a page without a network say,
   * leaves the call to the others. Once the call or the solver has ended, no more are started.
   */
  async function take([seat, ...others]: readonly Seat[], signal: AbortSignal | undefined): Promise<Taken> {
    refuseDisposed()
    throwIfAborted(signal)
    const { link, done } = seat.take(signal)
    try {
      return { seat, link: await link, done }
    } catch (error) {
      done()
      if (others.length === 0) throw error
      return take(others, signal)
    }
  }

  async function ask<T>(order: readonly Seat[], message: SolverRequest, options: RequestOptions): Promise<T> {
    const { link, done } = await take(order, options.signal)
    return request<T>(link, message, options).finally(done)
  }

  async function* steps(
    message: SolverRequest,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SolveStep, SolveResult, void> {
    const { link, done } = await take(byLoad(), signal)
    // Whoever aborts need not ask for another step: the seat must not count as busy until then.
    const stop = onAbort(signal, done)
    try {
      return yield* streamSteps(link, message, signal)
    } finally {
      stop()
      done()
    }
  }

  const dispose = (): void => {
    disposed = true
    for (const seat of seats) seat.close(disposal())
  }

  return {
    ...info,
    async solve(board, given = {}) {
      const { signal, ...options } = checkOptions(given)
      refuseDisposed()
      throwIfAborted(signal)
      checkString(board)
      return ask(byLoad(), { type: 'solve', board, options }, { signal })
    },
    steps(board, given = {}) {
      const { signal, ...options } = checkOptions(given)
      checkString(board)
      return steps({ type: 'steps', board, options }, signal)
    },
    async solveBatch(given, batchOptions = {}) {
      const { signal, ...options } = checkOptions(batchOptions)
      const { onProgress } = batchOptions
      if (!Array.isArray(given)) throw new HrmError('option_invalid', 'boards must be an array of strings')
      refuseDisposed()
      throwIfAborted(signal)
      // As they are now: chunks of them are sent until the last board is solved.
      const boards: string[] = Array.from(given)
      checkStrings(boards)
      const wanted = Math.ceil(boards.length / BOARDS_A_WORKER)
      if (seats.length === 1 || wanted <= 1) {
        return ask(byLoad(), { type: 'batch', boards, options }, { signal, onProgress })
      }
      const order = byLoad()
      const { seat: standIn, link, done } = await take(order, signal)
      const check: SolverRequest = { type: 'check', boards }
      await request(link, check, { signal }).finally(done)
      const results: SolveResult[] = []
      const tell = onProgress && sumUp(boards.length, onProgress)
      const solvePart = async (seat: Seat, from: number, to: number, stop: AbortSignal) => {
        const message: SolverRequest = { type: 'batch', boards: boards.slice(from, to), options }
        const part = await ask<SolveResult[]>([seat, standIn], message, { signal: stop, onProgress: tell?.(from) })
        part.forEach((result, i) => {
          results[from + i] = result
        })
      }
      await shareOut(boards.length, order.slice(0, wanted), solvePart, signal)
      return results
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

type BatchProgress = Parameters<NonNullable<SolveBatchOptions['onProgress']>>[0]

/** Makes one progress of those of many parts, each known by where it begins. */
function sumUp(total: number, onProgress: (progress: BatchProgress) => void) {
  const parts = new Map<number, BatchProgress>()
  return (from: number) => (part: BatchProgress) => {
    parts.set(from, part)
    const sum = (of: 'done' | 'solved') => [...parts.values()].reduce((n, p) => n + p[of], 0)
    onProgress({ done: sum('done'), total, solved: sum('solved') })
  }
}

/** Here, for not everything that is no string can be sent. */
function checkStrings(boards: readonly unknown[]): void {
  for (const [i, board] of boards.entries()) {
    try {
      checkString(board)
    } catch (error) {
      throw ofNthBoard(error, i)
    }
  }
}

function disposal(): HrmError {
  return new HrmError('disposed', 'the solver was disposed')
}
