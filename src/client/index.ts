import { HrmError } from '../errors.ts'
import { pause } from '../pause.ts'
import type { SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
import type { CardScore } from '../weights/card.ts'
import { guarded, parseAnswer, readFailure } from './answer.ts'
import { HrmHttpError } from './http-error.ts'
import { type Job, type JobBoards, type JobOptions, type JobResult, jobBody, type WaitOptions } from './jobs.ts'
import type { Problem } from './problem.ts'
import { bodyLines, type ServerEvent, serverEvents } from './server-events.ts'

export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export type { AttemptKind, SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
export type { CardScore } from '../weights/card.ts'
export { HrmHttpError, type HrmHttpErrorOptions } from './http-error.ts'
export type { Job, JobBoards, JobFile, JobOptions, JobResult, WaitOptions } from './jobs.ts'
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
  /**
   * Sends up to 100,000 boards to be solved in the background. The answer has the job's `id`; the boards were checked.
   * @throws HrmHttpError with the service's problem, `line` naming the line of a bad board; HrmError `aborted`
   */
  submitJob(task: string, boards: JobBoards, options?: JobOptions): Promise<Job>
  job(id: string, options?: { signal?: AbortSignal }): Promise<Job>
  /**
   * Looks until the job has ended. A service that is busy or cannot be reached is asked again, up to five times in a row.
   * @throws HrmHttpError with the service's problem; HrmError `aborted`, which leaves the job as it is
   */
  waitForJob(id: string, options?: WaitOptions): Promise<Job>
  /** The results of a job that is done, in the order of its boards. */
  jobResults(id: string, options?: { signal?: AbortSignal }): AsyncGenerator<JobResult, void, void>
  /** Ends a job and deletes its boards and results. */
  cancelJob(id: string, options?: { signal?: AbortSignal }): Promise<Job>
  models(): Promise<ServedModel[]>
  tasks(): Promise<ServedTask[]>
}

/**
 * A client of the HTTP service.
 *
 * @param baseUrl origin of the service, with a path where it is mounted under one; in a page it may be relative
 * @example
 * const client = createClient('https://hrm-edge.example.workers.dev')
 * const { status, solution } = await client.solve('sudoku', board)
 * for await (const step of client.steps('sudoku', board)) console.log(step.board)
 *
 * @throws HrmError `option_invalid` for a `baseUrl` that is no `http:` or `https:` URL or has more than origin and path, or
 *   an `apiKey` that no header can hold
 */
export function createClient(baseUrl: string | URL, { fetch = globalThis.fetch, apiKey }: ClientOptions = {}): Client {
  const base = checkBase(String(baseUrl)).replace(/\/+$/, '')
  const authorization = apiKey === undefined ? undefined : bearer(apiKey)

  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (authorization !== undefined) headers.set('Authorization', authorization)
    const response = await guarded(init.signal, () => fetch(base + path, { ...init, headers }))
    if (!response.ok) throw await readFailure(response, init.signal)
    return response
  }

  async function post(path: string, accept: string, body: object, signal?: AbortSignal): Promise<Response> {
    const headers = { Accept: accept, 'Content-Type': JSON_TYPE }
    return send(path, { method: 'POST', headers, body: written(() => JSON.stringify(body)), signal })
  }

  async function json<T>(response: Promise<Response>, signal?: AbortSignal | null, list?: string): Promise<T> {
    const answer = await response
    return guarded(signal, async () => parseAnswer<T>(await answer.text(), list), answer)
  }

  type GetOptions = Pick<RequestInit, 'signal' | 'method'>
  const get = <T>(path: string, { signal, method = 'GET' }: GetOptions = {}, list?: string): Promise<T> =>
    json(send(path, { method, headers: { Accept: JSON_TYPE }, signal }), signal, list)

  return {
    solve: (task, board, { signal, ...options } = {}) =>
      json(post('/v1/solve', JSON_TYPE, { task, board, ...options }, signal), signal),
    async *steps(task, board, { signal, ...options } = {}) {
      const response = await post('/v1/solve', 'text/event-stream', { task, board, ...options }, signal)
      const events = serverEvents(response.body!)
      try {
        for (;;) {
          const { done, step, result, problem } = await guarded(signal, () => nextEvent(events), response)
          if (done) throw new HrmHttpError('The stream ended before the result.', { status: response.status })
          if (problem) throw new HrmHttpError(undefined, { problem, status: response.status })
          if (result) return result
          if (step) yield step
        }
      } finally {
        await events.return()
      }
    },
    solveBatch: (task, boards, { signal, ...options } = {}) =>
      json(post('/v1/solve/batch', JSON_TYPE, { task, boards, ...options }, signal), signal, 'results'),
    async submitJob(task, boards, { signal, ...options } = {}) {
      const { query, body, type } = written(() => {
        const query = new URLSearchParams({ task })
        for (const [name, value] of Object.entries(options)) if (value !== undefined) query.set(name, String(value))
        return { query, ...jobBody(boards) }
      })
      const headers = { Accept: JSON_TYPE, 'Content-Type': type }
      const init = { method: 'POST', headers, body, signal, duplex: 'half' } // the last for streams
      return json(send(`/v1/jobs?${query}`, init), signal)
    },
    job: (id, options) => get(jobPath(id), options),
    async waitForJob(id, { intervalMs = 2000, onProgress, signal } = {}) {
      let failures = 0
      for (;;) {
        let wait = intervalMs
        try {
          const job = await get<Job>(jobPath(id), { signal })
          failures = 0
          onProgress?.(job)
          if (job.state !== 'running') return job
        } catch (error) {
          if (!isPassing(error) || ++failures > MAX_FAILURES) throw error
          wait = Math.max(wait, (error.retryAfter ?? 0) * 1000)
        }
        await pause(wait, signal)
      }
    },
    async *jobResults(id, { signal } = {}) {
      const headers = { Accept: 'application/jsonl' }
      const response = await send(`${jobPath(id)}/results`, { method: 'GET', headers, signal })
      const lines = bodyLines(response.body!)
      try {
        for (;;) {
          const { result, rest } = await guarded(signal, () => nextResult(lines), response)
          // A proxy may end an answer that broke off as if it were whole.
          if (rest) throw new HrmHttpError('The results end within a line.', { status: response.status })
          if (!result) return
          yield result
        }
      } finally {
        await lines.return('')
      }
    },
    cancelJob: (id, { signal } = {}) => get(jobPath(id), { signal, method: 'DELETE' }),
    models: () => get('/v1/models', {}, 'models'),
    tasks: () => get('/v1/tasks', {}, 'tasks'),
  }
}

/** @throws HrmError `option_invalid` */
function checkBase(url: string): string {
  const page = globalThis.location?.href
  if (!URL.canParse(url, page) || !/^https?:$/.test(new URL(url, page).protocol)) {
    throw new HrmError('option_invalid', `baseUrl is ${JSON.stringify(url)}, not an http: or https: URL`)
  }
  const { username, password } = new URL(url, page)
  if (username || password)
    throw new HrmError('option_invalid', 'baseUrl has a user or a password, which fetch refuses')
  // paths are appended to it
  if (/[?#]/.test(url)) {
    throw new HrmError('option_invalid', `baseUrl is ${JSON.stringify(url)}, with a query or a fragment`)
  }
  return url
}

/** @throws HrmError `option_invalid`, without the cause: its message has the key */
function bearer(apiKey: string): string {
  const authorization = `Bearer ${apiKey}`
  try {
    new Headers().set('Authorization', authorization)
  } catch {
    throw new HrmError('option_invalid', 'apiKey has a character that no header can hold')
  }
  return authorization
}

/** @throws HrmError `option_invalid` for what no JSON or query can hold, a bigint say */
function written<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    throw new HrmError('option_invalid', `the request cannot be written: ${(cause as Error).message}`, { cause })
  }
}

const JSON_TYPE = 'application/json'
/** In a row, while a job is waited for. */
const MAX_FAILURES = 5

const jobPath = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`

/** Whether asking again may help. */
const isPassing = (error: unknown): error is HrmHttpError =>
  error instanceof HrmHttpError && (error.code === 'network' || error.status === 429 || error.status === 503)

/** Events of other names belong to versions to come and are passed over. */
async function nextEvent(
  events: AsyncGenerator<ServerEvent, void, void>,
): Promise<{ done?: boolean; step?: SolveStep; result?: SolveResult; problem?: Problem }> {
  const { done, value } = await events.next()
  if (done) return { done }
  const { event, data } = value
  return event === 'step' || event === 'result' || event === 'problem' ? { [event]: parseAnswer(data) } : {}
}

/** A result, or after the last one what is left over. */
async function nextResult(lines: AsyncGenerator<string, string, void>): Promise<{ result?: JobResult; rest?: string }> {
  const { done, value } = await lines.next()
  return done ? { rest: value } : { result: parseAnswer(value) }
}
