import { pause } from '../pause.ts'
import type { SolveResult, SolveStep } from '../solve/types.ts'
import { guarded, parseAnswer, readFailure } from './answer.ts'
import { bearer, checkBase, checkClientOptions, checkWait, jobPath, signalOf, splitOptions, written } from './checks.ts'
import { HrmHttpError } from './http-error.ts'
import { type Job, type JobResult, jobBody } from './jobs.ts'
import { leavable } from './leavable.ts'
import type { Problem } from './problem.ts'
import { bodyLines, type ServerEvent, serverEvents } from './server-events.ts'
import type { Client, ClientOptions } from './types.ts'

export { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode, type HrmErrorOptions } from '../errors.ts'
export type { AttemptKind, Guess, SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
export type { CardScore } from '../weights/card.ts'
export { HrmHttpError, type HrmHttpErrorOptions } from './http-error.ts'
export type { Job, JobBoards, JobFile, JobOptions, JobResult, WaitOptions } from './jobs.ts'
export { HTTP_PROBLEM_CODES, type HttpProblemCode, type Problem, type ProblemCode } from './problem.ts'
export type { BatchOptions, CallOptions, Client, ClientOptions, ServedModel, ServedTask } from './types.ts'

/**
 * A client of the HTTP service.
 *
 * @param baseUrl origin of the service, with a path where it is mounted under one; in a page it may be relative
 * @example
 * const client = createClient('https://hrm-edge.example.workers.dev')
 * const { status, solution } = await client.solve('sudoku', board)
 * for await (const step of client.steps('sudoku', board)) console.log(step.board)
 *
 * @throws HrmError `option_invalid` for a `baseUrl` that is no `http:` or `https:` URL or has more than origin and path, an
 *   `apiKey` that no header can hold, or an option that there is not
 */
export function createClient(baseUrl: string | URL, options: ClientOptions = {}): Client {
  checkClientOptions(options)
  const { fetch = globalThis.fetch, apiKey } = options
  const base = checkBase(String(baseUrl)).replace(/\/+$/, '')
  const authorization = apiKey === undefined ? undefined : bearer(apiKey)

  async function send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (authorization !== undefined) headers.set('Authorization', authorization)
    const { signal, body } = init
    // As `fetch` does, which is not asked then.
    if (signal?.aborted && body instanceof ReadableStream) body.cancel(signal.reason).catch(() => {})
    const response = await guarded(signal, async () => {
      const answer = await fetch(base + path, { ...init, headers })
      // A `fetch` of the caller's need not look at the signal, and nobody would read what it gives.
      if (signal?.aborted) answer.body?.cancel(signal.reason).catch(() => {})
      signal?.throwIfAborted()
      return answer
    })
    if (!response.ok) throw await readFailure(response, signal)
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
  const get = <T>(path: string, { signal, method = 'GET' }: GetOptions, list?: string): Promise<T> =>
    json(send(path, { method, headers: { Accept: JSON_TYPE }, signal }), signal, list)

  return {
    async solve(task, board, options = {}) {
      const { fields, signal } = splitOptions(options)
      return json(post('/v1/solve', JSON_TYPE, { task, board, ...fields }, signal), signal)
    },
    steps: (task, board, options = {}) =>
      leavable(async function* (until) {
        const { fields, signal: given } = splitOptions(options)
        const signal = until(given)
        const response = await post('/v1/solve', 'text/event-stream', { task, board, ...fields }, signal)
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
      }),
    async solveBatch(task, boards, options = {}) {
      const { fields, signal } = splitOptions(options)
      return json(post('/v1/solve/batch', JSON_TYPE, { task, boards, ...fields }, signal), signal, 'results')
    },
    async submitJob(task, boards, options = {}) {
      const { fields, signal } = splitOptions(options)
      const { query, body, type } = written(() => {
        const query = new URLSearchParams({ task })
        for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value))
        return { query, ...jobBody(boards) }
      })
      const headers = { Accept: JSON_TYPE, 'Content-Type': type }
      const init = { method: 'POST', headers, body, signal, duplex: 'half' } // the last for streams
      return json(send(`/v1/jobs?${query}`, init), signal)
    },
    async job(id, options = {}) {
      return get(jobPath(id), { signal: signalOf(options) })
    },
    async waitForJob(id, options = {}) {
      const { intervalMs, onProgress, signal } = checkWait(options)
      const path = jobPath(id)
      let failures = 0
      for (;;) {
        let wait = intervalMs
        try {
          const job = await get<Job>(path, { signal })
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
    jobResults: (id, options = {}) =>
      leavable(async function* (until) {
        const signal = until(signalOf(options))
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
      }),
    async cancelJob(id, options = {}) {
      return get(jobPath(id), { signal: signalOf(options), method: 'DELETE' })
    },
    async models(options = {}) {
      return get('/v1/models', { signal: signalOf(options) }, 'models')
    },
    async tasks(options = {}) {
      return get('/v1/tasks', { signal: signalOf(options) }, 'tasks')
    },
  }
}

const JSON_TYPE = 'application/json'
/** In a row, while a job is waited for. */
const MAX_FAILURES = 5

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
