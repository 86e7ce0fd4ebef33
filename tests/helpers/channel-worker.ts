import { afterEach } from 'vitest'
import { HrmError } from '../../src/errors.ts'
import { yieldToEventLoop } from '../../src/event-loop.ts'
import type { ReadFiles } from '../../src/solve/create-solver.ts'
import type { CreateSolverOptions, Solver, SolveStep } from '../../src/solve/types.ts'
import type { HostPort } from '../../src/threads/host.ts'
import type { WorkerLike } from '../../src/threads/link.ts'
import { serveSolver } from '../../src/threads/solver-host.ts'
import { holdWebLock } from '../../src/threads/web-lock.ts'

const LONG = 1000

/** Counts instead of solving, with a turn of the event loop after every step, as the real one does. */
export class CountingSolver implements Solver {
  task = 'sudoku'
  model = { name: 'counting', sha256: 'ab'.repeat(32) } as Solver['model']
  backend = 'reference' as const
  build = 'typescript'
  computed = 0
  left = false

  steps(board: string, options?: Parameters<Solver['steps']>[1]) {
    if (board === 'refused') throw new HrmError('board_length', 'too short')
    return this.#run(board, options)
  }

  async *#run(board: string, { maxSteps = LONG, signal }: Parameters<Solver['steps']>[1] = {}) {
    if (board === 'conflict') {
      throw new HrmError('board_conflict', 'two 7s in row 1', { cells: [{ index: 3, row: 0, column: 3 }] })
    }
    if (board === 'bug') throw new TypeError('x is not a function')
    try {
      for (let step = 1; step <= maxSteps; step++) {
        if (signal?.aborted) throw new HrmError('aborted', 'aborted')
        this.computed = step
        await yieldToEventLoop()
        yield { step, board } as SolveStep
      }
    } finally {
      this.left = true
    }
    return { status: 'unsolved', steps: maxSteps, solution: null } as never
  }

  async solve(board: string, options: Parameters<Solver['solve']>[1]) {
    const steps = this.steps(board, options)
    for (;;) {
      const { done, value } = await steps.next()
      if (done) return value
    }
  }

  batches: (readonly string[])[] = []

  async solveBatch(boards: readonly string[], { onProgress, signal }: Parameters<Solver['solveBatch']>[1] = {}) {
    this.batches.push(boards)
    for (const i of boards.keys()) {
      await yieldToEventLoop()
      if (signal?.aborted) throw new HrmError('aborted', 'aborted')
      if (boards[i] === 'fails') throw new HrmError('engine_failed', 'trap')
      onProgress?.({ done: i + 1, total: boards.length, solved: i })
    }
    return boards.map((solution) => ({ solution })) as never
  }

  dispose() {}

  [Symbol.dispose]() {}
}

const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

/** A worker whose two ends are a MessageChannel of this process. */
export class ChannelWorker extends EventTarget implements WorkerLike {
  readonly solver = new CountingSolver()
  options: CreateSolverOptions | undefined
  terminated = false
  readonly #port: MessagePort

  constructor(create?: (options: CreateSolverOptions, files: ReadFiles) => Promise<Solver>) {
    super()
    const { port1, port2 } = new MessageChannel()
    ports.push(port1)
    this.#port = port1
    port1.addEventListener('message', ({ data }) => this.dispatchEvent(new MessageEvent('message', { data })))
    port1.start()
    port2.start()
    serveSolver(
      port2 as unknown as HostPort,
      async (options, files) => {
        this.options = options
        return create ? create(options, files) : this.solver
      },
      holdWebLock,
    )
  }

  postMessage(message: unknown) {
    this.#port.postMessage(message)
  }

  terminate() {
    this.terminated = true
    this.#port.close()
  }

  crash(message = '') {
    const event = new Event('error', { cancelable: true })
    this.dispatchEvent(Object.assign(event, { message }))
  }
}
