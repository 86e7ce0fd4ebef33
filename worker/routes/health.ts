import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { negotiate } from '../accept.ts'
import { proofOf } from '../readiness.ts'
import { health, readiness } from '../schemas.ts'
import { type AppEnv, keepAlive, type Service, solverOf } from '../service.ts'
import { JSON_TYPE, json, problems } from './declare.ts'

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'health',
  tags: ['operation'],
  summary: 'Whether the service answers; loads no model',
  responses: {
    200: { description: 'It does', content: json(health) },
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
    200: { description: 'All do', content: json(readiness) },
    ...problems(406, 500, 503),
  },
})

export function addHealth(app: OpenAPIHono<AppEnv>, service: Service): void {
  app.openapi(healthRoute, (c) => {
    negotiate(c, [JSON_TYPE])
    return c.json({ status: 'ok' as const }, 200)
  })
  app.openapi(readyRoute, async (c) => {
    negotiate(c, [JSON_TYPE])
    const models = []
    for (const task of service.solvers.keys()) {
      const solver = await solverOf(c, service, task)
      await keepAlive(c, proofOf(solver))
      models.push({ task, model: solver.model.name })
    }
    return c.json({ status: 'ready' as const, models }, 200)
  })
}
