import { HrmError } from '../errors.ts'
import { fromWireError, type Reply } from './protocol.ts'

/**
 * The part of a Worker that a solver uses.
 *
 * @example
 * const worker = (): WorkerLike => new Worker('/assets/solver-worker.js', { type: 'module' })
 */
export interface WorkerLike {
  postMessage(message: unknown): void
  terminate(): unknown
  addEventListener(type: 'message' | 'messageerror' | 'error', listener: (event: Event) => void): void
  /** Node: from now on the process waits for this worker. */
  ref?(): void
  /** Node: the process may end although this worker runs. */
  unref?(): void
}

/** One request under way. */
export interface Call {
  onStep?: (step: never) => void
  onProgress?: (progress: never) => void
  resolve: (value: unknown) => void
  /** With an HrmError, or what `onProgress` threw. */
  reject: (error: unknown) => void
}

/** The near end of one worker: matches answers to calls, and notices when the worker dies. */
export class Link {
  readonly #worker: WorkerLike
  readonly #calls = new Map<number, Call>()
  readonly #watch = new AbortController()
  readonly #lock: string
  #nextId = 1
  #death: HrmError | undefined

  /** @param lock Web Lock that the worker may say to hold */
  constructor(worker: WorkerLike, lock = '') {
    this.#worker = worker
    this.#lock = lock
    worker.unref?.()
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
  open(request: { type: string }, call: Call): number {
    const id = this.#nextId++
    if (this.#death) {
      call.reject(this.#death)
      return id
    }
    this.#calls.set(id, call)
    this.#worker.ref?.()
    try {
      this.#worker.postMessage({ ...request, id })
    } catch (cause) {
      this.#end(id)
      call.reject(new HrmError('option_invalid', 'this cannot be sent to a worker', { cause }))
    }
    return id
  }

  send(type: 'credit' | 'abort', id: number): void {
    if (this.#calls.has(id)) this.#worker.postMessage({ type, id })
  }

  /** Ends a call on this side: what the worker still says of it is not heard. */
  abandon(id: number): void {
    this.send('abort', id)
    this.#end(id)
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

  #end(id: number): void {
    this.#calls.delete(id)
    if (this.#calls.size === 0) this.#worker.unref?.()
  }

  #receive(reply: Reply): void {
    if (reply.type === 'alive') {
      if (reply.locked) this.#watchLock()
      return
    }
    const call = this.#calls.get(reply.id)
    if (call === undefined) return
    if (reply.type === 'step') call.onStep?.(reply.step as never)
    else if (reply.type === 'progress') this.#tell(reply.id, call, reply.progress)
    else {
      this.#end(reply.id)
      if (reply.type === 'result') call.resolve(reply.value)
      else call.reject(fromWireError(reply.error))
    }
  }

  /** A callback of the caller may throw: that ends its call, as it does where there is no worker. */
  #tell(id: number, call: Call, progress: unknown): void {
    try {
      call.onProgress?.(progress as never)
    } catch (error) {
      this.abandon(id)
      call.reject(error)
    }
  }

  /** The lock is the worker's while it lives (web-lock.ts): to be given it means that the worker is gone. */
  #watchLock(): void {
    navigator.locks
      .request(this.#lock, { signal: this.#watch.signal }, () => this.close(failure('it ended without a word')))
      // Only refused when this link closes first.
      .catch(() => {})
  }
}

function failure(what: string): HrmError {
  return new HrmError('engine_failed', `the solver's worker failed: ${what}`)
}
