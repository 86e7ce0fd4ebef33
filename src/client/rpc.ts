// For those who call the service with Hono's own client: types, and the lists of codes that they are made of.
import type { Hono } from 'hono'
import type { SolveResult } from '../solve/types.ts'
import type { Job } from './jobs.ts'
import type { Problem, ProblemCode } from './problem.ts'
import type { ServedModel, ServedTask } from './types.ts'

export { type ErrorCell, HRM_ERROR_CODES, type HrmErrorCode } from '../errors.ts'
export type { SolveResult } from '../solve/types.ts'
export type { CardScore } from '../weights/card.ts'
export type { Job } from './jobs.ts'
export { HTTP_PROBLEM_CODES, type HttpProblemCode, type Problem, type ProblemCode } from './problem.ts'
export type { ServedModel, ServedTask } from './types.ts'

/**
 * Every status that a `Problem` may have.
 *
 * @example
 * const busy: FailureStatus[] = [429, 503]
 */
export type FailureStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 406
  | 408
  | 409
  | 410
  | 413
  | 415
  | 422
  | 429
  | 431
  | 500
  | 501
  | 503

/**
 * What Hono knows of a route: the answer when all went well, or a problem.
 *
 * @example
 * type Health = Endpoint<object, { status: 'ok' }>
 */
export type Endpoint<Input, Output, Status extends number = 200, Format extends 'json' | 'text' = 'json'> =
  | { input: Input; output: Output; outputFormat: Format; status: Status }
  | { input: Input; output: Problem; outputFormat: 'json'; status: FailureStatus }

/**
 * The routes of the service, by path and method.
 *
 * @example
 * type Solve = HrmEdgeRoutes['/v1/solve']['$post']
 */
export type HrmEdgeRoutes = {
  '/v1/solve': {
    $post: Endpoint<
      { json: { task: string; board: string; maxSteps?: number | undefined; seed?: number | undefined } },
      SolveResult
    >
  }
  '/v1/solve/batch': {
    $post: Endpoint<
      { json: { task: string; boards: string[]; maxSteps?: number | undefined; seed?: number | undefined } },
      { results: SolveResult[]; solved: number; steps: number }
    >
  }
  '/v1/jobs': {
    $post: Endpoint<{ query: { task: string; maxSteps?: string | undefined; seed?: string | undefined } }, Job, 202>
  }
  '/v1/jobs/:id': {
    $get: Endpoint<{ param: { id: string } }, Job>
    $delete: Endpoint<{ param: { id: string } }, Job>
  }
  '/v1/jobs/:id/results': { $get: Endpoint<{ param: { id: string } }, string, 200, 'text'> }
  '/v1/models': { $get: Endpoint<object, { models: ServedModel[] }> }
  '/v1/models/:id': { $get: Endpoint<{ param: { id: string } }, ServedModel> }
  '/v1/tasks': { $get: Endpoint<object, { tasks: ServedTask[] }> }
  '/health': { $get: Endpoint<object, { status: 'ok' }> }
  '/ready': { $get: Endpoint<object, { status: 'ready'; models: { task: string; model: string }[] }> }
  '/metrics': { $get: Endpoint<object, string, 200, 'text'> }
  '/problems/:code': {
    $get: Endpoint<{ param: { code: string } }, { type: string; code: ProblemCode; status: number; title: string }>
  }
}

/**
 * The service as Hono's client knows it. Bodies of jobs are given as `init: { body }`; `Accept: text/event-stream` turns
 * `/v1/solve` into a stream, which the types do not tell; `createClient` of `hrm-edge/client` reads it.
 *
 * @example
 * const client = hc<HrmEdgeApp>('https://hrm-edge.example.workers.dev')
 * const response = await client.v1.solve.$post({ json: { task: 'sudoku', board } })
 * if (response.status === 200) console.log((await response.json()).solution)
 * else console.error((await response.json()).code)
 */
export type HrmEdgeApp = Hono<object, HrmEdgeRoutes, '/'>
