/// <reference lib="esnext.disposable" preserve="true" />
import type { Backend } from '../engines/engine.ts'
import type { Fallback, WebGpu } from '../engines/gpu.ts'
import type { KernelSources } from '../wasm/kernel-sources.ts'
import type { ModelCard } from '../weights/card.ts'
import type { ModelConfig } from '../weights/config.ts'

/**
 * Where weights come from: bytes, a `Blob` (a `File` is one), a URL (`http:`, `https:`, `file:`, relative in a page) or,
 * in Node, a path.
 *
 * @example
 * const weights: WeightsSource = new URL('https://example.com/maze.safetensors')
 */
export type WeightsSource = ArrayBuffer | Uint8Array | Blob | URL | string

/**
 * What a solver is made of; everything has a default.
 *
 * @example
 * const controller = new AbortController()
 * const solver = await createSolver({
 *   task: 'sudoku',
 *   signal: controller.signal,
 *   onProgress: ({ loaded, total }) => console.log(`${loaded} of ${total ?? '?'} bytes`),
 * })
 */
export interface CreateSolverOptions {
  /** `sudoku`, `maze`, or the task name that the weights file carries. Default: the file's own, else `sudoku`. */
  task?: string | undefined
  /** Default: the weights that ship for the task. */
  weights?: WeightsSource | undefined
  /** Refuse weights whose sha256 (hex) differs. */
  sha256?: string | undefined
  /**
   * Keep weights that come from a URL and have a `sha256`, and take them from there the next time, hashed again: in the
   * browser's Cache Storage, in Node in the user's cache folder (`HRM_EDGE_CACHE`). Default true.
   */
  cache?: boolean | undefined
  /**
   * Default `auto`: wasm where WebAssembly SIMD runs, else reference; batches on the GPU where `webgpu` is given and
   * quicker.
   */
  backend?: Backend | 'auto' | undefined
  /** Another name of `backend`; where both are given they are the same. */
  engine?: Backend | 'auto' | undefined
  /** What `webgpu()` of `hrm-edge/webgpu` gives. With `backend: 'webgpu'` all boards are solved there. */
  webgpu?: WebGpu | undefined
  /** The GPU is not there, or failed: boards are solved in another backend, those in work too. What it throws goes unhandled. */
  onFallback?: ((fallback: Fallback) => void) | undefined
  /** WebAssembly files from elsewhere than beside the package's scripts: see `hrm-edge/wasm`. */
  kernels?: KernelSources | undefined
  /**
   * Boards of the trained size that are computed side by side; of larger ones as many as have the same number of tokens,
   * two at least. Default 8, with `webgpu` 64, or as few as there is memory for.
   */
  slots?: number | undefined
  /** Stops the loading. */
  signal?: AbortSignal | undefined
  /**
   * Bytes of weights read so far; never falls, and is never more than `total`, which is absent where the source does not tell.
   */
  onProgress?: ((progress: { loaded: number; total?: number }) => void) | undefined
}

/**
 * How long and from which seed to solve.
 *
 * @example
 * const result = await solver.solve(board, { maxSteps: 64, seed: 7, signal: AbortSignal.timeout(2000) })
 */
export interface SolveOptions {
  /** Budget in ACT steps over all attempts. Default 256. */
  maxSteps?: number | undefined
  /** Seeds every random draw; the same seed gives the same solve everywhere. Default 0. */
  seed?: number | undefined
  /** Checked after every ACT step. */
  signal?: AbortSignal | undefined
}

/**
 * The same for many boards.
 *
 * @example
 * await solver.solveBatch(boards, { onProgress: ({ done, total, solved }) => draw(done / total, solved) })
 */
export interface SolveBatchOptions extends SolveOptions {
  /** Called after every finished board. */
  onProgress?: ((progress: { done: number; total: number; solved: number }) => void) | undefined
}

/**
 * What became of a board.
 *
 * @example
 * const result = await solver.solve(board)
 * if (result.status === 'solved') draw(result.solution)
 * else console.log(`not solved in ${result.steps} steps`)
 */
export type SolveResult = (
  | {
      /** Every rule holds and the givens are kept (or, for a task without rules, the halting head said stop). */
      status: 'solved'
      /** The solved board. */
      solution: string
    }
  | {
      /** The budget is spent. */
      status: 'unsolved'
      solution: null
    }
) & {
  /** As the weights name it. */
  task: string
  /** ACT steps spent; one that found the solution before its last H cycle counts whole. */
  steps: number
  /** Runs of steps from one start: 1 when the first run found it. */
  attempts: number
  /** Whether a verifier with the task's rules checked the solution. */
  verified: boolean
  /** `name` of the model's card. */
  model: string
}

/**
 * How an attempt began: from the model's own start (of a maze also turned or mirrored), from noise, or from a tentative
 * given of the search.
 *
 * @example
 * const label: Record<AttemptKind, string> = { plain: 'first try', noise: 'fresh start', guess: 'a guess' }
 */
export type AttemptKind = 'plain' | 'noise' | 'guess'

/**
 * A candidate that the search put in.
 *
 * @example
 * const say = ({ cell, symbol }: Guess) => `${symbol} in cell ${cell}`
 */
export interface Guess {
  /** Index, row by row from 0. */
  cell: number
  symbol: string
}

/**
 * What one ACT step of a solve did.
 *
 * @example
 * for await (const { step, board, confidence } of solver.steps(puzzle)) draw(step, board, confidence)
 */
export interface SolveStep {
  /** 1 for the first step of the solve. */
  step: number
  /** 1 for the first attempt. */
  attempt: number
  /** How this attempt began. */
  kind: AttemptKind
  /** Tentative givens that began this attempt, a branch of the search. */
  guesses?: Guess[]
  /** The guess that met a contradiction: this attempt began where it was taken back. */
  ruledOut?: Guess
  /** The board as the model reads it now; every cell filled. */
  board: string
  /** The model's belief in each cell's symbol, 0..1. */
  confidence: number[]
  /** Symbols that each cell may still hold by the model's belief (0.05 at least), likeliest first. */
  candidates: string[]
  /** Raw Q-halt logit. */
  qHalt: number
  /** Cells whose symbol differs from the step before. */
  changed: number[]
  /** The step's board passed the verifier (or the halting head said stop): the solve ends here. */
  done: boolean
}

/**
 * A loaded model, for people.
 *
 * @example
 * console.log(`${solver.model.name}: ${solver.model.parameters} parameters in ${solver.model.bytes} bytes`)
 */
export interface ModelInfo {
  /** The card's. */
  readonly name: string
  /** Trained numbers. */
  readonly parameters: number
  /** Of the weights file. */
  readonly bytes: number
  /** Of the weights file, lower-case hex; empty in a page served by plain http, which cannot hash. */
  readonly sha256: string
  readonly config: ModelConfig
  readonly card: ModelCard
}

/**
 * A model that is ready to solve. One solver takes any number of calls at once.
 *
 * @example
 * const solver = await createSolver()
 * const [one, two] = await Promise.all([solver.solve(board), solver.solve(other)])
 * solver.dispose()
 */
export interface Solver {
  /** As the weights name it. */
  readonly task: string
  readonly model: ModelInfo
  /** What computes. */
  readonly backend: Backend
  /** Which build of it, for people: `relaxed` or `simd128` of wasm, `typescript` of the reference, a GPU's adapter. */
  readonly build: string
  /**
   * Solves a board.
   *
   * @throws HrmError `board_*` for a board that breaks the rules, `option_invalid`, `aborted`, `disposed`, `engine_failed`
   */
  solve(board: string, options?: SolveOptions): Promise<SolveResult>
  /**
   * The same solve, step by step; returns the result. Leaving the loop stops the work. From its first step to its end it
   * holds one of the solver's `slots`: an iterator that is stepped by hand and dropped must be told `return()`, or have its
   * signal aborted, or it holds it for good.
   *
   * @throws HrmError as `solve`: wrong options and a board that is no string at the call itself, which `hrm-edge` does for
   * a board that breaks the rules too; the rest, and in `hrm-edge/worker` such a board, at the first `next()`
   */
  steps(board: string, options?: SolveOptions): AsyncGenerator<SolveStep, SolveResult, void>
  /** Results in the order of the boards. `maxSteps` is each board's own budget. */
  solveBatch(boards: readonly string[], options?: SolveBatchOptions): Promise<SolveResult[]>
  /** Frees the engine's memory; what still runs fails with `disposed`. */
  dispose(): void
  /** The same, for `using solver = await createSolver()`. */
  [Symbol.dispose](): void
}
