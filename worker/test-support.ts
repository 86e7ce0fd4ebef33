// What the tests of the service share: a solver that needs no model.
import { expect } from 'vitest'
import type { Problem } from '../src/client/problem.ts'
import { HrmError } from '../src/errors.ts'
import type { SolveOptions, SolveResult, Solver, SolveStep } from '../src/solve/types.ts'
import { createTask } from '../src/tasks/create-task.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import { type AppOptions, createApp } from './app.ts'
import type { ErrorLog, SolveLog } from './log.ts'

export const BOARD = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
export const SOLUTION = '534678912672195348198342567859761423426853791713924856961537284287419635345286179'
/** The same puzzle with a second 5 in the first row. */
export const CONFLICT = `535${BOARD.slice(3)}`
/** The fake never solves it. */
export const HARD = '.'.repeat(81)

const config: ModelConfig = {
  hidden_size: 32,
  num_heads: 4,
  intermediate_size: 96,
  H_layers: 2,
  L_layers: 2,
  H_cycles: 2,
  L_cycles: 2,
  rms_norm_eps: 1e-5,
  embed_scale: 1,
  halt_max_steps: 16,
  vocab_size: 3,
  output_size: 1,
  token_kind: 'candidates',
  attention: 'lists',
  lists: ['cell', 'row', 'column', 'box'],
  list_bias: false,
  pos_encodings: 'none',
  seq_len: 729,
  puzzle_emb_len: 0,
  num_puzzle_identifiers: 0,
  q_pool: 'mean',
  q_outputs: 1,
  task: { name: 'sudoku', kind: 'sudoku', rows: 9, cols: 9, box_rows: 3, box_cols: 3, symbols: [] },
}

export interface FakeSolver extends Solver {
  /** ACT steps computed so far, over all solves. */
  computed: number
  /** Every step waits for it. Default: a turn of the event loop. */
  pause(): Promise<unknown>
  /** When set, thrown at the third step. */
  failure?: Error
}

/** Reads boards as the Sudoku task does; solves BOARD in three steps and nothing else. */
export function fakeSolver(): FakeSolver {
  const task = createTask(config)

  async function* steps(
    board: string,
    { maxSteps = 256, signal }: SolveOptions,
  ): AsyncGenerator<SolveStep, SolveResult> {
    const solvable = board === BOARD
    const last = solvable ? Math.min(3, maxSteps) : maxSteps
    for (let step = 1; step <= last; step++) {
      await solver.pause()
      if (signal?.aborted) throw new HrmError('aborted', 'the solve was aborted')
      if (solver.failure && step === 3) throw solver.failure
      solver.computed++
      const attempt = Math.ceil(step / 16)
      const confidence = new Array<number>(81).fill(1 / 3)
      yield {
        step,
        attempt,
        kind: 'plain',
        board: SOLUTION,
        confidence,
        candidates: [...SOLUTION],
        qHalt: 0,
        changed: [],
        done: false,
      }
    }
    const solved = solvable && last === 3
    return {
      task: 'sudoku',
      ...(solved ? { status: 'solved', solution: SOLUTION } : { status: 'unsolved', solution: null }),
      steps: last,
      attempts: Math.ceil(last / 16),
      verified: solved,
      model: 'fake',
    }
  }

  async function solve(board: string, options: SolveOptions = {}): Promise<SolveResult> {
    const run = solver.steps(board, options)
    for (;;) {
      const next = await run.next()
      if (next.done) return next.value
    }
  }

  const solver: FakeSolver = {
    computed: 0,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    task: 'sudoku',
    model: { name: 'fake', parameters: 53_409, bytes: 60_000, sha256: 'f'.repeat(64), config, card: { name: 'fake' } },
    backend: 'reference',
    build: 'typescript',
    solve,
    steps(board, options = {}) {
      task.parse(board)
      return steps(board, options)
    },
    solveBatch: (boards, options = {}) => Promise.all(boards.map((board) => solve(board, options))),
    [Symbol.dispose]() {},
    dispose() {},
  }
  return solver
}

/** An app around a fake solver, and what it logged. */
export function fakeApp(options: Partial<AppOptions> = {}) {
  const solver = fakeSolver()
  const lines: (SolveLog | ErrorLog)[] = []
  const solvers = new Map([['sudoku', async () => solver as Solver]])
  const app = createApp({ solvers, log: (line) => lines.push(line), ...options })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
    })
  /** Waits until so many solves, or uploads, have their places. */
  const inFlight = (count: number, what: 'solves' | 'uploads' = 'solves') =>
    expect.poll(async () => (await app.request('/metrics')).text()).toContain(`\nhrm_${what}_in_flight ${count}\n`)
  return { app, solver, lines, post, inFlight }
}

export async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get('Content-Type') !== 'application/problem+json') {
    throw new Error(`not a problem: ${response.status} ${await response.text()}`)
  }
  return (await response.json()) as Problem
}
