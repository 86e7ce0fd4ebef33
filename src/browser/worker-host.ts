import { HrmError } from '../errors.ts'
import type { CreateSolverOptions, SolveResult, Solver } from '../solve/types.ts'
import { type OpeningRequest, type Progress, type Reply, type Request, STEP_WINDOW, toWireError } from './protocol.ts'

/** The worker's side of the channel: its global scope, or one end of a MessageChannel. */
export interface HostPort {
  postMessage(message: Reply): void
  addEventListener(type: 'message', listener: (event: MessageEvent<Request>) => void): void
}

interface Call {
  readonly abort: AbortController
  credit: number
  /** Wakes a stream that waits for credit. */
  wake: () => void
}

/**
 * Answers a page's requests with one solver. The solver gives the event loop a turn after every ACT step, so an `abort`
 * is heard while it computes.
 */
export function serveSolver(port: HostPort, createSolver: (options: CreateSolverOptions) => Promise<Solver>): void {
  const calls = new Map<number, Call>()
  let solver: Solver | undefined

  port.addEventListener('message', ({ data }) => {
    if (data.type !== 'abort' && data.type !== 'credit') {
      void answer(data)
      return
    }
    const call = calls.get(data.id)
    if (call === undefined) return
    if (data.type === 'abort') call.abort.abort()
    else call.credit++
    call.wake()
  })

  async function answer(request: OpeningRequest): Promise<void> {
    const { id } = request
    const call: Call = { abort: new AbortController(), credit: STEP_WINDOW, wake: () => {} }
    calls.set(id, call)
    try {
      const value = request.type === 'create' ? await create(request, call) : await run(request, call)
      port.postMessage({ type: 'result', id, value })
    } catch (error) {
      port.postMessage({ type: 'error', id, error: toWireError(error) })
    } finally {
      calls.delete(id)
    }
  }

  async function create({ id, options, lock }: Extract<OpeningRequest, { type: 'create' }>, call: Call) {
    port.postMessage({ type: 'alive', id, locked: await holdLock(lock) })
    solver = await createSolver({
      ...options,
      signal: call.abort.signal,
      onProgress: (progress) => port.postMessage({ type: 'progress', id, progress }),
    })
    return { task: solver.task, model: solver.model, backend: solver.backend, build: solver.build }
  }

  async function run(request: SolveRequest, call: Call) {
    if (solver === undefined) throw new HrmError('engine_failed', 'the worker has no solver yet')
    const { id } = request
    const options = { ...request.options, signal: call.abort.signal }
    if (request.type === 'solve') return solver.solve(request.board, options)
    if (request.type === 'steps') return stream(solver.steps(request.board, options), id, call)
    const onProgress = (progress: Progress) => port.postMessage({ type: 'progress', id, progress })
    return solver.solveBatch(request.boards, { ...options, onProgress })
  }

  async function stream(steps: ReturnType<Solver['steps']>, id: number, call: Call): Promise<SolveResult> {
    for (;;) {
      const { done, value } = await steps.next()
      if (done) return value
      port.postMessage({ type: 'step', id, step: value })
      call.credit--
      while (call.credit <= 0 && !call.abort.signal.aborted) await new Promise<void>((wake) => (call.wake = wake))
    }
  }
}

type SolveRequest = Exclude<OpeningRequest, { type: 'create' }>

/**
 * Holds a Web Lock for as long as this worker lives; false where there are none (a page that is not served securely).
 * When a worker dies (out of memory, `close()`) the page gets no event: the lock coming free is the only sign.
 */
async function holdLock(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks
  if (locks === undefined) return false
  return new Promise<boolean>((settle) => {
    const forever = () => {
      settle(true)
      return new Promise<never>(() => {})
    }
    locks.request(name, forever).catch(() => settle(false))
  })
}
