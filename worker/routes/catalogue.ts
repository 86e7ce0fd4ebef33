import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { negotiate } from '../accept.ts'
import { servedModel, servedTask } from '../describe.ts'
import { ProblemError } from '../problem.ts'
import { modelInfo, modelList, taskList } from '../schemas.ts'
import { type AppEnv, type Service, solverOf } from '../service.ts'
import { CONDITIONAL, JSON_TYPE, json, problems } from './declare.ts'

const models = createRoute({
  method: 'get',
  path: '/v1/models',
  operationId: 'models',
  tags: ['catalogue'],
  summary: 'The models that are served, with their measured scores',
  parameters: CONDITIONAL.parameters,
  responses: {
    200: { description: 'The models', headers: CONDITIONAL.headers, content: json(modelList) },
    ...CONDITIONAL.notModified,
    ...problems(406, 500, 503),
  },
})

const model = createRoute({
  method: 'get',
  path: '/v1/models/{id}',
  operationId: 'model',
  tags: ['catalogue'],
  summary: 'One model',
  request: { params: z.object({ id: z.string().openapi({ example: 'sudoku-d64-full' }) }) },
  parameters: CONDITIONAL.parameters,
  responses: {
    200: { description: 'The model', headers: CONDITIONAL.headers, content: json(modelInfo) },
    ...CONDITIONAL.notModified,
    ...problems(404, 406, 500, 503),
  },
})

const tasks = createRoute({
  method: 'get',
  path: '/v1/tasks',
  operationId: 'tasks',
  tags: ['catalogue'],
  summary: 'The tasks that are served, and the boards they read',
  parameters: CONDITIONAL.parameters,
  responses: {
    200: { description: 'The tasks', headers: CONDITIONAL.headers, content: json(taskList) },
    ...CONDITIONAL.notModified,
    ...problems(406, 500, 503),
  },
})

export function addCatalogue(app: OpenAPIHono<AppEnv>, service: Service): void {
  const solvers = (c: Context) => Promise.all([...service.solvers.keys()].map((task) => solverOf(c, service, task)))

  app.openapi(models, async (c) => {
    negotiate(c, [JSON_TYPE])
    return c.json({ models: (await solvers(c)).map(servedModel) }, 200)
  })
  app.openapi(model, async (c) => {
    negotiate(c, [JSON_TYPE])
    const { id } = c.req.valid('param')
    const found = (await solvers(c)).find((solver) => solver.model.name === id)
    if (!found) throw new ProblemError('model_unknown', `There is no model ${JSON.stringify(id.slice(0, 100))}.`)
    return c.json(servedModel(found), 200)
  })
  app.openapi(tasks, async (c) => {
    negotiate(c, [JSON_TYPE])
    return c.json({ tasks: (await solvers(c)).map((solver) => servedTask(solver, service.limits)) }, 200)
  })
}
