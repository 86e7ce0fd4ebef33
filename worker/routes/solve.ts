import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { SolveResult } from '../../src/solve/types.ts'
import { negotiate } from '../accept.ts'
import { limitBody } from '../body.ts'
import { resultKey } from '../cache.ts'
import { EXAMPLE, EXAMPLE_MAZE } from '../examples.ts'
import { solveRequest, solveResult } from '../schemas.ts'
import { type AppEnv, keepAlive, type Service, solverOf, timed } from '../service.ts'
import { checkSolve, finish, logCached, runSolve } from '../solve-run.ts'
import { streamSolve } from '../solve-stream.ts'
import { JSON_TYPE, json, OPTIONAL_KEY, problems, SOLVE_STATUSES } from './declare.ts'

const SSE_TYPE = 'text/event-stream'

const EXAMPLES = {
  sudoku: { value: { task: 'sudoku', board: EXAMPLE } },
  maze: { value: { task: 'maze', board: EXAMPLE_MAZE } },
}

const route = ({ limits }: Service) =>
  createRoute({
    method: 'post',
    path: '/v1/solve',
    operationId: 'solve',
    tags: ['solve'],
    summary: 'Solve a board',
    description:
      'Answers `solved` only with a board that keeps every given and, where the task has rules, obeys them all; else ' +
      '`unsolved`, with 200. With `Accept: text/event-stream` the steps are streamed as they are computed: events ' +
      '`step` (a `SolveStep` of the schemas), then one `result` (a `SolveResult`), or one `problem` (a `Problem`) if the ' +
      'solve fails after the stream began. Leaving ends the work.',
    security: OPTIONAL_KEY,
    middleware: limitBody(limits.maxBodyBytes, limits.discard),
    request: {
      body: { required: true, content: { [JSON_TYPE]: { schema: solveRequest(limits), examples: EXAMPLES } } },
    },
    responses: {
      200: {
        description: 'The result',
        headers: {
          ETag: {
            description:
              'Names the result: the same request to the same model has the same, however its board is spelt. Not on ' +
              'streams. A POST has no 304: `If-None-Match` is not looked at.',
            schema: { type: 'string' },
          },
        },
        content: {
          ...json(solveResult),
          [SSE_TYPE]: { schema: z.string().openapi({ example: 'event: step\nid: 1\ndata: {"step":1}\n\n' }) },
        },
      },
      ...problems(...SOLVE_STATUSES),
    },
  })

export function addSolve(app: OpenAPIHono<AppEnv>, service: Service): void {
  app.openapi(route(service), async (c) => {
    const stream = negotiate(c, [JSON_TYPE, SSE_TYPE]) === SSE_TYPE
    const request = c.req.valid('json')
    const solver = await solverOf(c, service, request.task)
    const id = c.get('requestId')
    const caller = c.get('caller')
    const job = checkSolve(service, { solver, request, id, signal: c.req.raw.signal, caller, stream })
    if (stream) return streamSolve(c, service, job)

    // a place is asked for before the cache is, or requests that need no look into it would always come first
    const lease = service.admission.tryAcquire(job.room, caller)
    const key = await keepAlive(c, resultKey(solver.model.sha256, { ...request, ...job.request }))
    const answer = (result: SolveResult) => c.json(result, 200, { ETag: `"${key}"` })
    // a cache that fails costs time, not the answer
    const known = service.cache && (await keepAlive(c, service.cache.get(key)).catch(() => undefined))
    if (known) {
      lease?.release()
      logCached(service, job, known)
      return answer(known)
    }
    const result = await timed(c, service, () => finish(runSolve(service, { ...job, lease })))
    if (service.cache) keepAlive(c, service.cache.put(key, result)).catch(() => {})
    return answer(result)
  })
}
