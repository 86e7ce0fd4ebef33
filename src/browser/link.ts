import { HrmError } from '../errors.ts'
import { fromWireError, type OpeningRequest, type Progress, type Reply, type Request } from './protocol.ts'

/**
 * The part of a Worker that a solver uses.
 *
 * @example
 * const worker = (): WorkerLike => new Worker('/assets/solver-worker.js', { type: 'module' })
 */
export type WorkerLike = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>

/** One request under way. */
export interface Call {
  onStep?: (step: Extract<Reply, { type: 'step' }>['step']) => void
  onProgress?: (progress: Progress) => void
  resolve: (value: Extract<Reply, { type: 'result' }>['value']) => void
  reject: (error: HrmError) => void
}

/** `Omit` over every member of the union. */
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

/** The page's end of one worker: matches answers to calls, and notices when the worker dies. */
export class Link {
  readonly #worker: WorkerLike
  readonly #calls = new Map<number, Call>()
  readonly #watch = new AbortController()
  readonly #lock: string
  #nextId = 1
  #death: HrmError | undefined

  constructor(worker: WorkerLike, lock: string) {
    this.#worker = worker
    this.#lock = lock
    worker.addEventListener('message', (event) => this.#receive((event as MessageEvent<Reply>).data))
    worker.addEventListener('error', (event) => {
      // Else the browser reports it a second time, as uncaught in the page.
      event.preventDefault()
      this.close(failure((event as ErrorEvent).message || 'its script could not be loaded or run'))
    })
    worker.addEventListener('messageerror', () => this.close(failure('a message could not be read')))
  }

  /** No more calls can be made: the worker has died or was closed. */
  get dead(): boolean {
    return this.#death !== undefined
  }

  /** @returns the id under which to `send` what belongs to the call */
  open(request: WithoutId<OpeningRequest>, call: Call): number {
    const id = this.#nextId++
    if (this.#death) {
      call.reject(this.#death)
      return id
    }
    this.#calls.set(id, call)
    try {
      this.#worker.postMessage({ ...request, id })
    } catch (cause) {
      this.#calls.delete(id)
      call.reject(new HrmError('option_invalid', 'this cannot be sent to a worker', { cause }))
    }
    return id
  }

  send(type: 'credit' | 'abort', id: number): void {
    if (this.#calls.has(id)) this.#worker.postMessage({ type, id } satisfies Request)
  }

  /** Ends a call on this side: what the worker still says of it is not heard. */
  abandon(id: number): void {
    this.send('abort', id)
    this.#calls.delete(id)
  }

  /** Ends the worker, and every open call with `reason`. */
  close(reason: HrmError): void {
    if (this.#death) return
    this.#death = reason
    this.#watch.abort()
    this.#worker.terminate()
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const call of calls) call.reject(reason)
  }

  #receive(reply: Reply): void {
    if (reply.type === 'alive') {
      if (reply.locked) this.#watchLock()
      return
    }
    const call = this.#calls.get(reply.id)
    if (call === undefined) return
    if (reply.type === 'step') call.onStep?.(reply.step)
    else if (reply.type === 'progress') call.onProgress?.(reply.progress)
    else {
      this.#calls.delete(reply.id)
      if (reply.type === 'result') call.resolve(reply.value)
      else call.reject(fromWireError(reply.error))
    }
  }

  /** The lock is the worker's while it lives (worker-host.ts): to be given it means that the worker is gone. */
  #watchLock(): void {
    navigator.locks
      .request(this.#lock, { signal: this.#watch.signal }, () => this.close(failure('it ended without a word')))
      // Only refused when this link closes first.
      .catch(() => {})
  }
}

function failure(what: string): HrmError {
  return new HrmError('engine_failed', `the solver's worker failed: ${what}. The next solve starts a new one.`)
}
