import type { SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
import type { CardScore } from '../weights/card.ts'
import type { Job, JobBoards, JobOptions, JobResult, WaitOptions } from './jobs.ts'

/**
 * How a client reaches the service.
 *
 * @example
 * const client = createClient(url, { apiKey: process.env.HRM_EDGE_KEY })
 */
export interface ClientOptions {
  /** Default: the global `fetch`. */
  fetch?: typeof fetch | undefined
  /** Sent as a bearer token. */
  apiKey?: string | undefined
}

/**
 * What every call takes.
 *
 * @example
 * const models = await client.models({ signal: AbortSignal.timeout(5000) })
 */
export interface CallOptions {
  /** Ends the request. */
  signal?: AbortSignal | undefined
}

/**
 * How a batch is solved over there. `maxSteps` is not what it is in `SolveOptions`, nor in `solveBatch` of a solver.
 *
 * @example
 * const results = await client.solveBatch('sudoku', boards, { maxSteps: 64 * boards.length })
 */
export interface BatchOptions extends CallOptions {
  /**
   * One budget in ACT steps for all boards: each may spend at least its equal part, and what it leaves over goes to those
   * after it. At least one step a board; at most 1024, and less with boards larger than 9x9, of which `ServedTask.maxSteps`
   * tells the largest's. Default: the most.
   */
  maxSteps?: number | undefined
  /** The same for every board. Default 0. */
  seed?: number | undefined
}

/**
 * A model as `GET /v1/models` tells it.
 *
 * @example
 * for (const { id, parameters } of await client.models()) console.log(id, parameters)
 */
export interface ServedModel {
  id: string
  task: string
  parameters: number
  dtype: 'int8'
  bytes: number
  sha256: string
  /** ACT steps of one attempt in training. */
  haltMaxSteps: number
  license: string | null
  scores: CardScore[]
}

/**
 * A task as `GET /v1/tasks` tells it.
 *
 * @example
 * const known = (await client.tasks()).some(({ name }) => name === 'sudoku')
 */
export interface ServedTask {
  name: string
  kind: 'sudoku' | 'maze' | 'grid'
  /** Of the boards that the model was trained on. */
  rows: number
  cols: number
  /** Boards of other sizes are read too: Sudokus of all `boardLengths`, any rectangle of a maze. */
  anySize: boolean
  /** What a board is written with; `meaning` is null where the task has none. */
  symbols: { symbol: string; meaning: string | null }[]
  /** A board that the task reads. */
  example: string
  /** Symbols a board may have, line breaks not counted; of a maze of any size the trained number alone. */
  boardLengths: number[]
  /** The highest `maxSteps` for a board of each of these lengths. */
  maxSteps: number[]
  /** The rules are known, so a wrong board cannot be answered as solved. */
  verified: boolean
  model: string
}

/**
 * The service's calls, with the types of the library.
 *
 * @example
 * const { solution } = await client.solve('sudoku', board, { maxSteps: 256 })
 */
export interface Client {
  /**
   * Solves a board over there, with `maxSteps` up to 1024 (less for boards larger than 9x9: see `ServedTask.maxSteps`).
   *
   * @throws HrmHttpError with the service's problem; HrmError `aborted`, `option_invalid`
   */
  solve(task: string, board: string, options?: SolveOptions): Promise<SolveResult>
  /**
   * The same solve, step by step; returns the result. Leaving the loop stops the work. A slow reader misses steps.
   * @throws HrmHttpError with the service's problem; HrmError `aborted`, `option_invalid`
   */
  steps(task: string, board: string, options?: SolveOptions): AsyncGenerator<SolveStep, SolveResult, void>
  /**
   * Solves up to 64 boards on one budget. Results in the order of the boards.
   * @throws HrmHttpError with the service's problem, `board` naming a bad board; HrmError `aborted`, `option_invalid`
   */
  solveBatch(task: string, boards: readonly string[], options?: BatchOptions): Promise<SolveResult[]>
  /**
   * Sends up to 100,000 boards to be solved in the background. The answer has the job's `id`; the boards were checked.
   * @throws HrmHttpError with the service's problem, `line` naming the line of a bad board; HrmError `aborted`,
   *   `option_invalid`
   */
  submitJob(task: string, boards: JobBoards, options?: JobOptions): Promise<Job>
  /** How far a job is. */
  job(id: string, options?: CallOptions): Promise<Job>
  /**
   * Looks until the job has ended. A service that is busy or cannot be reached is asked again, up to five times in a row.
   * @throws HrmHttpError with the service's problem; HrmError `aborted`, which leaves the job as it is, `option_invalid`
   */
  waitForJob(id: string, options?: WaitOptions): Promise<Job & { state: 'done' | 'cancelled' }>
  /** The results of a job that is done, in the order of its boards. */
  jobResults(id: string, options?: CallOptions): AsyncGenerator<JobResult, void, void>
  /** Ends a job and deletes its boards and results. */
  cancelJob(id: string, options?: CallOptions): Promise<Job>
  /** The models that the service has. */
  models(options?: CallOptions): Promise<ServedModel[]>
  /** The tasks that it solves. */
  tasks(options?: CallOptions): Promise<ServedTask[]>
}
