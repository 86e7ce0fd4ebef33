import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { ProblemCode } from '../../src/client/problem.ts'
import { negotiate } from '../accept.ts'
import { renderDocs } from '../docs-page.ts'
import { jobResult } from '../jobs/schemas.ts'
import { PROBLEMS, ProblemError } from '../problem.ts'
import { problemKind, solveStep } from '../schemas.ts'
import type { AppEnv } from '../service.ts'
import { JSON_TYPE, json, problems } from './declare.ts'

const problemRoute = createRoute({
  method: 'get',
  path: '/problems/{code}',
  operationId: 'problem',
  tags: ['operation'],
  summary: 'What the `type` of a problem stands for',
  request: { params: z.object({ code: z.string().openapi({ example: 'board_conflict' }) }) },
  responses: {
    200: { description: 'The kind of problem', content: json(problemKind) },
    ...problems(404, 406),
  },
})

const API_VERSION = '1'

/** `/openapi.json`, `/docs` rendered from it, and `/problems/CODE`. Added last: they describe what was added before. */
export function addDocuments(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'Only where the operator has set keys.',
  })
  // sent within text, so that no route's content refers to them
  app.openAPIRegistry.register('SolveStep', solveStep)
  app.openAPIRegistry.register('JobResult', jobResult)
  app.openapi(problemRoute, (c) => {
    negotiate(c, [JSON_TYPE])
    const { code } = c.req.valid('param')
    if (!isProblemCode(code)) throw new ProblemError('not_found', 'No problem has this code.')
    const { status, title } = PROBLEMS[code]
    return c.json({ type: `/problems/${code}`, code, status, title }, 200)
  })

  const document = once(() =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'hrm-edge',
        version: API_VERSION,
        description:
          'Grid puzzles solved by a Hierarchical Reasoning Model. Every failure is `application/problem+json` (RFC 9457); its `type` and `code` are stable. A method that a ' +
          'path does not have is answered 405 with `Allow`.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
    }),
  )
  const page = once(() => renderDocs(document()))

  app.get('/openapi.json', (c) => {
    negotiate(c, [JSON_TYPE])
    return c.json(document())
  })
  app.get('/docs', (c) => {
    negotiate(c, ['text/html'])
    return c.html(page())
  })
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
