import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { negotiate } from '../accept.ts'
import { runBatch } from '../batch-run.ts'
import { limitBody } from '../body.ts'
import { batchRequest, batchResult } from '../schemas.ts'
import { type AppEnv, type Service, solverOf, timed } from '../service.ts'
import { totalsOf } from '../solve-log.ts'
import { JSON_TYPE, json, OPTIONAL_KEY, problems, SOLVE_STATUSES } from './declare.ts'

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
    request: { body: { required: true, content: json(batchRequest(limits)) } },
    responses: {
      200: {
        description: 'The results, in the order of the boards',
        content: json(batchResult),
      },
      ...problems(...SOLVE_STATUSES),
    },
  })

export function addBatch(app: OpenAPIHono<AppEnv>, service: Service): void {
  app.openapi(route(service), async (c) => {
    negotiate(c, [JSON_TYPE])
    const request = c.req.valid('json')
    const solver = await solverOf(c, service, request.task)
    const job = { solver, request, id: c.get('requestId'), signal: c.req.raw.signal, caller: c.get('caller') }
    const results = await timed(c, service, () => runBatch(service, job))
    const { solved, steps } = totalsOf(results)
    return c.json({ results, solved, steps }, 200)
  })
}
