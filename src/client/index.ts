import { HrmError } from '../errors.ts'
import type { SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
import type { CardScore } from '../weights/card.ts'
import { HrmHttpError, readFailure } from './http-error.ts'
import { type ServerEvent, serverEvents } from './server-events.ts'

export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export type { AttemptKind, SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
export type { CardScore } from '../weights/card.ts'
export { HrmHttpError, type HrmHttpErrorOptions } from './http-error.ts'
export { HTTP_PROBLEM_CODES, type HttpProblemCode, type Problem, type ProblemCode } from './problem.ts'

/**
 * How a client reaches the service.
 *
 * @example
 * const client = createClient(url, { apiKey: process.env.HRM_EDGE_KEY })
 */
export interface ClientOptions {
  /** Default: the global `fetch`. */
  fetch?: typeof fetch
  /** Sent as a bearer token. */
  apiKey?: string
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
  kind: 'sudoku' | 'grid'
  rows: number
  cols: number
  /** Symbols a board may have. */
  boardLengths: number[]
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
   * Solves a board over there.
   *
   * @throws HrmHttpError with the service's problem; HrmError `aborted`
   */
  solve(task: string, board: string, options?: SolveOptions): Promise<SolveResult>
  /**
   * The same solve, step by step; returns the result. Leaving the loop stops the work. A slow reader misses steps.
   * @throws HrmHttpError with the service's problem; HrmError `aborted`
   */
  steps(task: string, board: string, options?: SolveOptions): AsyncGenerator<SolveStep, SolveResult, void>
  /** Up to 64 boards; `maxSteps` is one budget for all of them. Results in the order of the boards. */
  solveBatch(task: string, boards: readonly string[], options?: SolveOptions): Promise<SolveResult[]>
  models(): Promise<ServedModel[]>
  tasks(): Promise<ServedTask[]>
}

/**
 * A client of the HTTP service.
 *
 * @param baseUrl origin of the service, with a path where it is mounted under one
 * @example
 * const client = createClient('https://hrm-edge.example.workers.dev')
 * const { status, solution } = await client.solve('sudoku', board)
 * for await (const step of client.steps('sudoku', board)) console.log(step.board)
 */
export function createClient(baseUrl: string | URL, { fetch = globalThis.fetch, apiKey }: ClientOptions = {}): Client {
  const base = String(baseUrl).replace(/\/+$/, '')

  async function request(path: string, accept: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept }
    if (apiKey !== undefined) headers.Authorization = `Bearer ${apiKey}`
    if (body) headers['Content-Type'] = 'application/json'
    const init: RequestInit = { method: body ? 'POST' : 'GET', headers, signal }
    if (body) init.body = JSON.stringify(body)
    const response = await guarded(signal, () => fetch(base + path, init))
    if (!response.ok) throw await readFailure(response)
    return response
  }

  async function json<T>(path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const response = await request(path, 'application/json', body, signal)
    return guarded(signal, () => response.json() as Promise<T>)
  }

  return {
    solve: (task, board, { signal, ...options } = {}) => json('/v1/solve', { task, board, ...options }, signal),
    async *steps(task, board, { signal, ...options } = {}) {
      const body = { task, board, ...options }
      const response = await request('/v1/solve', 'text/event-stream', body, signal)
      const events = serverEvents(response.body!)
      try {
        for (;;) {
          const next = await guarded(signal, () => events.next())
          if (next.done) throw new HrmHttpError('The stream ended before the result.', { status: response.status })
          const outcome = readEvent(next.value, response)
          if (outcome.result) return outcome.result
          if (outcome.step) yield outcome.step
        }
      } finally {
        await events.return()
      }
    },
    async solveBatch(task, boards, { signal, ...options } = {}) {
      const { results } = await json<{ results: SolveResult[] }>(
        '/v1/solve/batch',
        { task, boards, ...options },
        signal,
      )
      return results
    },
    models: async () => (await json<{ models: ServedModel[] }>('/v1/models')).models,
    tasks: async () => (await json<{ tasks: ServedTask[] }>('/v1/tasks')).tasks,
  }
}

/** Events of other names belong to versions to come and are passed over. */
function readEvent({ event, data }: ServerEvent, response: Response): { step?: SolveStep; result?: SolveResult } {
  if (event === 'step') return { step: JSON.parse(data) }
  if (event === 'result') return { result: JSON.parse(data) }
  if (event === 'problem') throw new HrmHttpError(undefined, { problem: JSON.parse(data), status: response.status })
  return {}
}

/** Names what fetch and its streams throw. */
async function guarded<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (signal?.aborted) throw new HrmError('aborted', 'the request was aborted', { cause: signal.reason })
    throw new HrmHttpError('The service could not be reached, or its answer not be read.', { cause })
  }
}
