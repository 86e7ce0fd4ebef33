import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits.ts'
import { PROBLEMS } from '../problem.ts'
import { fakeApp } from '../test-support.ts'

interface Operation {
  operationId: string
  parameters?: { name: string }[]
  responses: Record<string, { description: string; headers?: object; content?: Record<string, { schema: object }> }>
}
interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { properties?: Record<string, object> }> }
}

const document = async () => (await (await fakeApp().app.request('/openapi.json')).json()) as Document

test('describes every route of the API', async () => {
  const { openapi, paths } = await document()
  expect(openapi).toBe('3.1.0')
  expect(
    Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`)),
  ).toEqual(
    expect.arrayContaining([
      'post /v1/solve',
      'post /v1/solve/batch',
      'post /v1/jobs',
      'get /v1/jobs/{id}',
      'delete /v1/jobs/{id}',
      'get /v1/jobs/{id}/results',
      'get /v1/models',
      'get /v1/models/{id}',
      'get /v1/tasks',
      'get /health',
      'get /ready',
      'get /problems/{code}',
    ]),
  )
})

test('every reference leads somewhere, every failure is a problem', async () => {
  const { paths, components } = await document()
  const references = [...JSON.stringify({ paths, components }).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1])
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) {
    const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(reference)!
    expect(components.schemas).toHaveProperty(name)
  }
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue
      expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } })
    }
  }
})

test('what is sent within text has a schema, and the descriptions name it', async () => {
  const { paths, components } = await document()
  const described = JSON.stringify(paths)
  for (const name of ['SolveStep', 'SolveResult', 'JobResult', 'Problem']) {
    expect(components.schemas).toHaveProperty(name)
    expect(described).toContain(`\`${name}\``)
  }
})

test('what answers 304 says so', async () => {
  const { app } = fakeApp()
  const { paths } = await document()
  for (const [path, { get }] of Object.entries(paths)) {
    if (!get) continue
    const answer = await app.request(path.replace('{id}', 'fake').replace('{code}', 'not_found'))
    const hasTag = answer.headers.has('ETag')
    expect([path, '304' in get.responses, 'ETag' in (get.responses['200'].headers ?? {})]).toEqual([
      path,
      hasTag,
      hasTag,
    ])
    const parameters = (get.parameters ?? []).map(({ name }) => name)
    expect([path, parameters.includes('If-None-Match')]).toEqual([path, hasTag])
  }
})

test('limits are in the schema', async () => {
  const { components } = await document()
  expect(components.schemas.SolveRequest.properties!.maxSteps).toMatchObject({
    minimum: 1,
    maximum: 1024,
    description: expect.stringContaining('Default 64.'),
  })
  expect(components.schemas.SolveRequest.properties!.seed).toMatchObject({
    description: expect.stringContaining('Default 0.'),
  })
  expect(components.schemas.BatchRequest.properties!.boards).toMatchObject({ minItems: 1, maxItems: 64 })
})

test('what a maze differs in is said where it is: steps, solutions, what a step of a job counts', async () => {
  const { paths, components } = await document()
  const { SolveRequest, BatchRequest, Task, SolveResult, JobResult } = components.schemas
  const jobs = paths['/v1/jobs'].post as Operation & { description: string }
  const most = expect.stringContaining(
    'a ring of walls around it) may have 1024 x 729 / their number, rounded down, at most, and always 64.',
  )
  expect(SolveRequest.properties!.maxSteps).toMatchObject({ description: most })
  expect(BatchRequest.properties!.maxSteps).toMatchObject({ description: most })
  expect(jobs.parameters).toContainEqual(
    expect.objectContaining({ name: 'maxSteps', schema: expect.objectContaining({ description: most }) }),
  )
  expect(Task.properties!.maxSteps).toMatchObject({ description: expect.stringContaining('`SolveRequest`') })
  for (const { properties } of [SolveResult, JobResult]) {
    expect(properties!.solution).toMatchObject({
      description: expect.stringContaining('Of a maze with `o` along the way, and without line breaks.'),
    })
  }
  expect(jobs.description).toContain('or the cells of a maze and of the ring of walls around it, of 729')
})

test('the page shows operations, schemas and problems, runs no script and loads nothing', async () => {
  const response = await fakeApp().app.request('/docs')
  expect(response.headers.get('Content-Type')).toContain('text/html')
  const page = await response.text()
  for (const part of [
    '/v1/solve/batch',
    'id="SolveRequest"',
    'id="problem-board_conflict"',
    'Budget of each board in ACT steps.',
    '<code>text/event-stream</code>',
  ])
    expect(page).toContain(part)
  expect(page).not.toMatch(/<script|<link|src=|https?:\/\/(?!www\.apache)/)
  expect(page).not.toContain('[object')
})

test('docs/http.md has every route, problem and limit', async () => {
  const text = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8')
  for (const [path, item] of Object.entries((await document()).paths))
    for (const method of Object.keys(item)) expect(text).toContain(`\`${method.toUpperCase()} ${path}\``)
  for (const [code, { status }] of Object.entries(PROBLEMS))
    expect(text).toMatch(new RegExp(`^\\|[^|]*\`${code}\`[^|]*\\| ${status} +\\|`, 'm'))
  const { maxSteps, maxBoards, maxBoardChars, maxBodyBytes, maxInFlight, defaultSteps } = DEFAULT_LIMITS
  const { maxJobBoards, maxJobSteps, maxJobBytes, maxUploads } = DEFAULT_LIMITS
  const ofRequests = [maxSteps, maxBoards, maxBoardChars, maxBodyBytes, maxInFlight, defaultSteps]
  for (const limit of [...ofRequests, maxJobBoards, maxJobSteps, maxJobBytes, maxUploads]) {
    expect(text).toMatch(new RegExp(`\\| (${limit}|${limit.toLocaleString('en')})( bytes)? +\\|`))
  }
})
