import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { negotiate } from '../accept.ts'
import type { Metrics } from '../metrics.ts'
import type { AppEnv, Service } from '../service.ts'
import { OPTIONAL_KEY, problems } from './declare.ts'

const TEXT_TYPE = 'text/plain'

const route = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  tags: ['operation'],
  summary: 'Counters of this process in the text format of Prometheus',
  description: 'In a Worker they are those of the isolate that happens to answer: sum nothing over them.',
  security: OPTIONAL_KEY,
  responses: {
    200: { description: 'The counters', content: { [TEXT_TYPE]: { schema: z.string() } } },
    ...problems(401, 406, 429, 500),
  },
})

export function addMetrics(app: OpenAPIHono<AppEnv>, { admission, uploads }: Service, metrics: Metrics): void {
  app.openapi(route, (c) => {
    negotiate(c, [TEXT_TYPE])
    const gauges = { hrm_solves_in_flight: admission.inFlight, hrm_uploads_in_flight: uploads.inFlight }
    return c.text(metrics.render(gauges), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
}
