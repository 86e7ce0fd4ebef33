import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Solver } from '../../src/solve/types.ts'
import { negotiate } from '../accept.ts'
import { exampleOf } from '../examples.ts'
import { ProblemError } from '../problem.ts'
import { health, readiness } from '../schemas.ts'
import { type AppEnv, keepAlive, type Service, solverOf } from '../service.ts'
import { finish, runSolve } from '../solve-run.ts'
import { problems } from './declare.ts'

const JSON_TYPE = 'application/json'

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'health',
  tags: ['operation'],
  summary: 'Whether the service answers; loads no model',
  responses: {
    200: { description: 'It does', content: { [JSON_TYPE]: { schema: health } } },
    ...problems(406),
  },
})

const readyRoute = createRoute({
  method: 'get',
  path: '/ready',
  operationId: 'ready',
  tags: ['operation'],
  summary: 'Whether every model loads and solves a board',
  responses: {
    200: { description: 'All do', content: { [JSON_TYPE]: { schema: readiness } } },
    ...problems(406, 500, 503),
  },
})

const PROBE_STEPS = 64

export function addHealth(app: OpenAPIHono<AppEnv>, service: Service): void {
  const proved = new WeakSet<Solver>()

  /** Solves once per solver. Where no board is known to be easy, one step shows that the engine runs. */
  async function prove(c: Context<AppEnv>, solver: Solver): Promise<void> {
    if (proved.has(solver)) return
    const { board, easy } = exampleOf(solver.model.config)
    const request = { board, maxSteps: easy ? PROBE_STEPS : 1, seed: 0 }
    const job = { solver, request, id: c.get('requestId'), signal: c.req.raw.signal, stream: false }
    const result = await keepAlive(c, finish(runSolve(service, job)))
    if (easy && !result.verified) {
      throw new ProblemError('not_ready', `The model ${result.model} does not solve its probe board.`)
    }
    proved.add(solver)
  }

  app.openapi(healthRoute, (c) => {
    negotiate(c, [JSON_TYPE])
    c.header('Cache-Control', 'no-store')
    return c.json({ status: 'ok' as const }, 200)
  })
  app.openapi(readyRoute, async (c) => {
    negotiate(c, [JSON_TYPE])
    c.header('Cache-Control', 'no-store')
    const models = []
    for (const task of service.solvers.keys()) {
      const solver = await solverOf(c, service, task)
      await prove(c, solver)
      models.push({ task, model: solver.model.name })
    }
    return c.json({ status: 'ready' as const, models }, 200)
  })
}
