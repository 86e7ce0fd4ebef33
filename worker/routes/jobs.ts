import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { negotiate } from '../accept.ts'
import { refuseCompressed } from '../body.ts'
import { EXAMPLE } from '../examples.ts'
import { formatOf, JOB_FORMATS, type JobFormat } from '../jobs/job-file.ts'
import { isJobId, type JobPlatform } from '../jobs/platform.ts'
import { streamResults } from '../jobs/results.ts'
import { type JobStatus, jobId, jobQuery, jobStatus } from '../jobs/schemas.ts'
import { submitJob } from '../jobs/submit.ts'
import { errorLog } from '../log.ts'
import { ProblemError, toProblemError } from '../problem.ts'
import { type AppEnv, keepAlive, type Service, solverOf } from '../service.ts'
import { JSON_TYPE, json, OPTIONAL_KEY, problems } from './declare.ts'

const text = { type: 'string' } as const
const jsonLines = { ...text, example: `${JSON.stringify(EXAMPLE)}\n${JSON.stringify({ board: EXAMPLE })}\n` }
const csv = { ...text, example: `question\n${EXAMPLE}\n` }
const boardFiles: Record<JobFormat, { schema: typeof jsonLines }> = {
  'application/jsonl': { schema: jsonLines },
  'application/x-ndjson': { schema: jsonLines },
  'text/csv': { schema: csv },
}
/** A runtime expression: the id in the answer to a submission. */
const JOB_ID = { id: '$response.body#/id' }
const statusContent = json(jobStatus)

const submit = ({ limits }: Service) =>
  createRoute({
    method: 'post',
    path: '/v1/jobs',
    operationId: 'submitJob',
    tags: ['jobs'],
    summary: 'Solve many boards in the background',
    description:
      `Up to ${limits.maxJobBoards} boards and ${limits.maxJobSteps} ACT steps in all (boards times \`maxSteps\`; on a ` +
      'board of another size than 9x9 a step counts by its candidates, or the cells of a maze and of the ring of walls ' +
      'around it, of 729): a CSV with a header and a column `question`, `puzzle` or `board`, or JSON Lines, each a string or `{"board": "..."}`. One bad row refuses the whole file; `line` says which.',
    security: OPTIONAL_KEY,
    request: {
      query: jobQuery(limits),
      body: { required: true, content: boardFiles },
    },
    responses: {
      202: {
        description: 'The job has begun.',
        headers: { Location: { description: 'Where it is found.', required: true, schema: text } },
        links: Object.fromEntries(
          ['job', 'jobResults', 'cancelJob'].map((operationId) => [operationId, { operationId, parameters: JOB_ID }]),
        ),
        content: statusContent,
      },
      ...problems(400, 401, 406, 408, 413, 415, 422, 429, 500, 501, 503),
    },
  })

const status = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  operationId: 'job',
  tags: ['jobs'],
  summary: 'How far a job is',
  security: OPTIONAL_KEY,
  request: { params: jobId },
  responses: {
    200: { description: 'The job', content: statusContent },
    ...problems(401, 404, 406, 429, 500, 501),
  },
})

const results = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/results',
  operationId: 'jobResults',
  tags: ['jobs'],
  summary: 'The results of a job that has ended, in the order of its boards',
  description: 'JSON Lines, each a `JobResult` of the schemas, or a CSV with the same columns.',
  security: OPTIONAL_KEY,
  request: { params: jobId },
  responses: {
    200: {
      description: 'All results, as a stream',
      content: Object.fromEntries(JOB_FORMATS.map((type) => [type, { schema: text }])),
    },
    ...problems(401, 404, 406, 409, 410, 429, 500, 501),
  },
})

const cancel = createRoute({
  method: 'delete',
  path: '/v1/jobs/{id}',
  operationId: 'cancelJob',
  tags: ['jobs'],
  summary: 'End a job and delete its boards and results',
  description: 'The chunk that is being solved is solved to its end. Cancelling twice is no error.',
  security: OPTIONAL_KEY,
  request: { params: jobId },
  responses: {
    200: { description: 'The job, cancelled', content: statusContent },
    ...problems(401, 404, 406, 429, 500, 501),
  },
})

export function addJobs(app: OpenAPIHono<AppEnv>, service: Service): void {
  app.openapi(submit(service), async (c) => {
    negotiate(c, [JSON_TYPE])
    const platform = platformOf(c, service)
    const { task, maxSteps, seed } = c.req.valid('query')
    refuseCompressed(c)
    const format = formatOf(c.req.header('Content-Type'))
    const solver = await solverOf(c, service, task)
    const id = crypto.randomUUID()
    const lease = service.uploads.acquire(undefined, c.get('caller'))
    const submission = { id, solver, maxSteps, seed, format, body: c.req.raw.body }
    const job = await keepAlive(
      c,
      submitJob(platform, service.limits, submission).finally(() => lease.release()),
    )
    c.header('Location', `/v1/jobs/${id}`)
    return c.json(job, 202)
  })

  app.openapi(status, async (c) => {
    negotiate(c, [JSON_TYPE])
    const { job } = await findJob(c, service, c.req.valid('param').id)
    return c.json(job, 200)
  })

  app.openapi(results, async (c) => {
    const type = negotiate(c, JOB_FORMATS)
    const { job, platform } = await findJob(c, service, c.req.valid('param').id)
    if (job.state === 'cancelled') throw new ProblemError('job_gone', 'The job was cancelled.')
    if (job.state === 'running') throw new ProblemError('job_unfinished', 'The job has not ended yet.')
    const chunks = await platform.ledger(job.id).chunks()
    // every job has one: it expired since its state was told
    if (chunks.length === 0) throw new ProblemError('job_gone', 'The job has expired.')
    const onError = (error: unknown) => {
      service.log(errorLog(c.get('requestId'), toProblemError(error).code, error))
    }
    const body = await streamResults(platform, job, chunks, type === 'text/csv' ? 'csv' : 'jsonl', onError)
    return c.body(body, 200, { 'Content-Type': type })
  })

  app.openapi(cancel, async (c) => {
    negotiate(c, [JSON_TYPE])
    const { job, platform } = await findJob(c, service, c.req.valid('param').id)
    return c.json((await platform.ledger(job.id).cancel()) ?? job, 200)
  })
}

/** @throws ProblemError `jobs_unavailable` */
function platformOf(c: Context, service: Service): JobPlatform {
  const platform = service.jobs?.(c)
  if (platform) return platform
  throw new ProblemError('jobs_unavailable', 'This service was set up without files and a queue for jobs.')
}

async function findJob(c: Context, service: Service, id: string): Promise<{ job: JobStatus; platform: JobPlatform }> {
  const platform = platformOf(c, service)
  const job = isJobId(id) ? await platform.ledger(id).status() : undefined
  if (!job) throw new ProblemError('job_unknown', 'No job has this id, or it has expired.')
  return { job, platform }
}
