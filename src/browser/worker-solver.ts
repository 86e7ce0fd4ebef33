import { HrmError } from '../errors.ts'
import type {
  CreateSolverOptions,
  SolveBatchOptions,
  SolveOptions,
  SolveResult,
  Solver,
  SolveStep,
} from '../solve/types.ts'
import { type Call, Link, type WorkerLike } from './link.ts'
import type { Progress, SolverInfo, WireCreateOptions } from './protocol.ts'

/**
 * `CreateSolverOptions`, and where the worker comes from.
 *
 * @example
 * // For bundlers that do not follow `new URL(..., import.meta.url)`: a script that imports 'hrm-edge/worker-entry'.
 * const solver = await createSolver({ worker: () => new Worker('/solver-worker.js', { type: 'module' }) })
 */
export interface CreateWorkerSolverOptions extends CreateSolverOptions {
  /** Starts the worker. Default: the script that lies beside this module. For builds that put it elsewhere. */
  worker?: () => WorkerLike
}

/**
 * A solver that computes in a web worker, so that the page never waits for it. Same calls, same answers, same errors
 * as `createSolver` of `hrm-edge`. A worker that dies fails what it was doing with `engine_failed`; the next call
 * starts another, with the same weights.
 *
 * @example
 * import { createSolver } from 'hrm-edge/worker'
 * const solver = await createSolver({ task: 'sudoku' })
 * for await (const step of solver.steps(board)) draw(step.board)
 */
export async function createWorkerSolver(options: CreateWorkerSolverOptions = {}): Promise<Solver> {
  const { worker = startWorker, signal, onProgress, ...rest } = options
  const { relaxed, simd128 } = rest.kernels ?? {}
  const kernels = { relaxed: absolute(relaxed), simd128: absolute(simd128) }
  const wire = { ...rest, weights: absolute(rest.weights), kernels }
  const { link, info } = await connect(worker, wire, { signal, onProgress: onProgress as (p: Progress) => void })
  // Whatever lies under the URL by then, a second worker must compute the same answers as the first.
  const again = { ...wire, sha256: info.model.sha256 || wire.sha256 }
  return new WorkerSolver(link, info, async () => (await connect(worker, again, {})).link)
}

class WorkerSolver implements Solver {
  readonly task
  readonly model
  readonly backend
  readonly build
  readonly #reconnect: () => Promise<Link>
  #link: Link | Promise<Link>
  #disposed = false

  constructor(link: Link, info: SolverInfo, reconnect: () => Promise<Link>) {
    this.task = info.task
    this.model = info.model
    this.backend = info.backend
    this.build = info.build
    this.#link = link
    this.#reconnect = reconnect
  }

  async solve(board: string, { signal, ...options }: SolveOptions = {}): Promise<SolveResult> {
    const link = await this.#alive()
    return request<SolveResult>(link, { type: 'solve', board, options }, { signal })
  }

  async solveBatch(
    boards: readonly string[],
    { signal, onProgress, ...options }: SolveBatchOptions = {},
  ): Promise<SolveResult[]> {
    const link = await this.#alive()
    const heard = onProgress as (progress: Progress) => void
    return request<SolveResult[]>(link, { type: 'batch', boards, options }, { signal, onProgress: heard })
  }

  async *steps(board: string, { signal, ...options }: SolveOptions = {}): AsyncGenerator<SolveStep, SolveResult, void> {
    const link = await this.#alive()
    const queue: SolveStep[] = []
    let wake = () => {}
    let id = 0
    let settled = false
    const result = request<SolveResult>(
      link,
      { type: 'steps', board, options },
      {
        signal,
        onOpen: (opened) => (id = opened),
        onStep: (step) => {
          queue.push(step)
          wake()
        },
      },
    )
    // Awaited below; until then a failure must not count as unhandled.
    result
      .catch(() => {})
      .finally(() => {
        settled = true
        wake()
      })
    try {
      while ((!settled || queue.length > 0) && !signal?.aborted) {
        const step = queue.shift()
        if (step === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        yield step
        link.send('credit', id)
      }
      return await result
    } finally {
      link.abandon(id)
    }
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    const close = (link: Link) => link.close(disposed())
    if (this.#link instanceof Link) close(this.#link)
    else this.#link.then(close, () => {})
  }

  /** The link, or a new one where the worker has died. Calls that come together share it. */
  async #alive(): Promise<Link> {
    if (this.#disposed) throw disposed()
    if (this.#link instanceof Link && this.#link.dead) {
      const dead = this.#link
      const next = this.#reconnect()
      this.#link = next
      // A worker that would not start leaves the dead link in place: the call after this one tries again.
      next.then(
        (link) => (this.#link = link),
        () => (this.#link = dead),
      )
    }
    const link = await this.#link
    if (this.#disposed) throw disposed()
    return link
  }
}

interface CallOptions {
  signal?: AbortSignal
  onOpen?: (id: number) => void
  onStep?: Call['onStep']
  onProgress?: Call['onProgress']
}

type Opening = Parameters<Link['open']>[0]

/** One call over a link. An abort ends it at once on this side; the worker stops after the ACT step it is in. */
function request<T>(link: Link, message: Opening, { signal, onOpen, onStep, onProgress }: CallOptions): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal))
    const finish = () => signal?.removeEventListener('abort', onAbort)
    const id = link.open(message, {
      onStep,
      onProgress,
      resolve: (value) => {
        finish()
        resolve(value as T)
      },
      reject: (error) => {
        finish()
        reject(error)
      },
    })
    onOpen?.(id)
    function onAbort() {
      link.abandon(id)
      finish()
      reject(aborted(signal!))
    }
    signal?.addEventListener('abort', onAbort)
  })
}

/** Starts a worker and builds the solver in it. A worker whose solver cannot be built is ended again. */
async function connect(worker: () => WorkerLike, options: WireCreateOptions, call: CallOptions) {
  const lock = `hrm-edge-worker-${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`
  const link = new Link(worker(), lock)
  try {
    return { link, info: await request<SolverInfo>(link, { type: 'create', options, lock }, call) }
  } catch (error) {
    link.close(error as HrmError)
    throw error
  }
}

function startWorker(): WorkerLike {
  if (typeof Worker === 'undefined') {
    throw new HrmError(
      'engine_unavailable',
      'hrm-edge/worker needs web workers; elsewhere use createSolver of hrm-edge',
    )
  }
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./worker-entry.js', import.meta.url), { type: 'module' })
}

/** A relative URL means relative to the page, not to the worker's script. */
function absolute<T>(source: T): T | string {
  if (source instanceof URL) return source.href
  if (typeof source !== 'string' || typeof document === 'undefined') return source
  return new URL(source, document.baseURI).href
}

function aborted(signal: AbortSignal): HrmError {
  return new HrmError('aborted', 'the solve was aborted', { cause: signal.reason })
}

function disposed(): HrmError {
  return new HrmError('disposed', 'this solver was disposed')
}
