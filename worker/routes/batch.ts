import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { negotiate } from '../accept.ts'
import { runBatch } from '../batch-run.ts'
import { limitBody } from '../body.ts'
import { batchRequest, batchResult } from '../schemas.ts'
import { type AppEnv, keepAlive, type Service, solverOf } from '../service.ts'
import { totalsOf } from '../solve-log.ts'
import { OPTIONAL_KEY, problems, SOLVE_STATUSES } from './declare.ts'

const route = ({ limits }: Service) =>
  createRoute({
    method: 'post',
    path: '/v1/solve/batch',
    operationId: 'solveBatch',
    tags: ['solve'],
    summary: 'Solve several boards on one budget',
    description:
      'The boards share `maxSteps`: each gets at least its equal part, and what a board leaves over goes to those ' +
      'after it. One bad board refuses the whole batch before anything is computed; `board` says which.',
    security: OPTIONAL_KEY,
    middleware: limitBody(limits.maxBodyBytes, limits.discard),
    request: { body: { required: true, content: { 'application/json': { schema: batchRequest(limits) } } } },
    responses: {
      200: {
        description: 'The results, in the order of the boards',
        content: { 'application/json': { schema: batchResult } },
      },
      ...problems(...SOLVE_STATUSES),
    },
  })

export function addBatch(app: OpenAPIHono<AppEnv>, service: Service): void {
  app.openapi(route(service), async (c) => {
    negotiate(c, ['application/json'])
    const request = c.req.valid('json')
    const solver = await solverOf(c, service, request.task)
    const job = { solver, request, id: c.get('requestId'), signal: c.req.raw.signal, caller: c.get('caller') }
    const start = service.clock?.()
    const results = await keepAlive(c, runBatch(service, job))
    if (start !== undefined) c.header('Server-Timing', `solve;dur=${(service.clock!() - start).toFixed(1)}`)
    c.header('Cache-Control', 'no-store')
    const { solved, steps } = totalsOf(results)
    return c.json({ results, solved, steps }, 200)
  })
}
