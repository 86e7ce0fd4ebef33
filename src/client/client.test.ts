import { expect, expectTypeOf, test, vi } from 'vitest'
import type { z } from 'zod'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import type { jobQuery, jobResult, jobStatus } from '../../worker/jobs/schemas.ts'
import type {
  batchRequest,
  batchResult,
  modelInfo,
  modelList,
  problem,
  solveRequest,
  solveResult,
  solveStep,
  taskInfo,
  taskList,
} from '../../worker/schemas.ts'
import { BOARD, CONFLICT, fakeApp, HARD, SOLUTION } from '../../worker/test-support.ts'
import { HRM_ERROR_CODES, HrmError } from '../errors.ts'
import type { SolveOptions, SolveResult, SolveStep } from '../solve/types.ts'
import {
  type BatchOptions,
  createClient,
  HrmHttpError,
  type Job,
  type JobOptions,
  type JobResult,
  type Problem,
  type ProblemCode,
  type ServedModel,
  type ServedTask,
} from './index.ts'

/** A client whose requests go straight to an app. */
function clientOf({ app }: ReturnType<typeof fakeApp>, apiKey?: string) {
  const fetch: typeof globalThis.fetch = async (input, init) => app.request(String(input), init)
  return createClient('http://localhost/', { fetch, apiKey })
}

test('types are those of the schemas', () => {
  /** A schema does not tell that a solution goes with one status alone, nor that what has ended has an end. */
  type Fields = { [K in keyof SolveResult]: SolveResult[K] }
  expectTypeOf<z.infer<typeof solveResult>>().toEqualTypeOf<Fields>()
  expectTypeOf<z.infer<typeof solveStep>>().toEqualTypeOf<SolveStep>()
  expectTypeOf<z.infer<typeof modelInfo>>().toEqualTypeOf<ServedModel>()
  expectTypeOf<z.infer<typeof taskInfo>>().toEqualTypeOf<ServedTask>()
  expectTypeOf<z.infer<typeof problem>>().toEqualTypeOf<Problem>()
  expectTypeOf<z.infer<typeof jobStatus>>().toEqualTypeOf<{ [K in keyof Job]: Job[K] }>()
  expectTypeOf<z.infer<typeof jobResult>>().toEqualTypeOf<{ [K in keyof JobResult]: JobResult[K] }>()
  expectTypeOf<z.infer<typeof batchResult>['results']>().toEqualTypeOf<Fields[]>()
  expectTypeOf<z.infer<typeof modelList>>().toEqualTypeOf<{ models: ServedModel[] }>()
  expectTypeOf<z.infer<typeof taskList>>().toEqualTypeOf<{ tasks: ServedTask[] }>()
})

test('what is sent has the types of the schemas', () => {
  /** A schema refuses what it does not know: neither side may have a field more. */
  type Sent<Options, Fields> = Omit<Options, 'signal'> & Fields
  type Same<T> = { [K in keyof T]: T[K] }
  expectTypeOf<Same<Sent<SolveOptions, { task: string; board: string }>>>().toEqualTypeOf<
    Same<z.input<ReturnType<typeof solveRequest>>>
  >()
  expectTypeOf<Same<Sent<BatchOptions, { task: string; boards: string[] }>>>().toEqualTypeOf<
    Same<z.input<ReturnType<typeof batchRequest>>>
  >()
  // a query is text until it is read
  expectTypeOf<Required<Sent<JobOptions, { task: string }>>>().toEqualTypeOf<z.output<ReturnType<typeof jobQuery>>>()
})

test('every call is an operation of /openapi.json', async () => {
  const { app } = fakeApp()
  type Paths = Record<string, Record<string, { operationId: string }>>
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: Paths }
  const operations: string[] = []
  const client = createClient('http://localhost', {
    async fetch(input, init) {
      const { pathname } = new URL(String(input))
      const path = Object.keys(paths).find((path) => new RegExp(`^${path.replace(/\{\w+\}/, '[^/]+')}$`).test(pathname))
      operations.push(paths[path!][init!.method!.toLowerCase()].operationId)
      return app.request(String(input), init)
    },
  })
  await client.solve('sudoku', BOARD)
  await client.steps('sudoku', BOARD).next()
  await client.solveBatch('sudoku', [BOARD])
  await client.models()
  await client.tasks()
  const id = crypto.randomUUID()
  for (const call of [
    () => client.submitJob('sudoku', [BOARD]),
    () => client.job(id),
    () => client.jobResults(id).next(),
    () => client.cancelJob(id),
  ]) {
    await expect(call()).rejects.toMatchObject({ problem: { code: 'jobs_unavailable' } })
  }
  const jobs = ['submitJob', 'job', 'jobResults', 'cancelJob']
  expect(operations).toEqual(['solve', 'solve', 'solveBatch', 'models', 'tasks', ...jobs])
})

test('solves, in a batch too', async () => {
  const client = clientOf(fakeApp())
  expect(await client.solve('sudoku', BOARD)).toMatchObject({ status: 'solved', solution: SOLUTION })
  expect(await client.solve('sudoku', BOARD, { maxSteps: 2 })).toMatchObject({ status: 'unsolved', steps: 2 })
  const results = await client.solveBatch('sudoku', [HARD, BOARD], { maxSteps: 40, seed: 1 })
  expect(results.map(({ status }) => status)).toEqual(['unsolved', 'solved'])
})

test('streams the steps and returns the result', async () => {
  const steps = clientOf(fakeApp()).steps('sudoku', BOARD)
  const seen: number[] = []
  for (;;) {
    const next = await steps.next()
    if (next.done) {
      expect(next.value).toMatchObject({ status: 'solved', solution: SOLUTION, steps: 3 })
      break
    }
    seen.push(next.value.step)
  }
  expect(seen).toEqual([1, 2, 3])
})

test('leaving the loop stops the work', async () => {
  const fake = fakeApp()
  for await (const step of clientOf(fake).steps('sudoku', HARD, { maxSteps: 1024 })) if (step.step === 2) break
  await expect.poll(() => fake.lines.length).toBe(1)
  expect(fake.lines[0]).toMatchObject({ outcome: 'aborted' })
})

test('names models and tasks', async () => {
  const client = clientOf(fakeApp())
  expect(await client.models()).toMatchObject([{ id: 'fake', task: 'sudoku', dtype: 'int8', parameters: 53_409 }])
  expect(await client.tasks()).toMatchObject([
    { name: 'sudoku', verified: true, boardLengths: expect.arrayContaining([81]) },
  ])
})

test('throws what the service found', async () => {
  const client = clientOf(fakeApp())
  const failure = expect.objectContaining({
    name: 'HrmHttpError',
    code: 'board_conflict',
    status: 422,
    cells: [{ index: 0, row: 0, column: 0 }, expect.anything()],
    problem: expect.objectContaining({ cells: [{ index: 0, row: 0, column: 0 }, expect.anything()] }),
  })
  await expect(client.solve('sudoku', CONFLICT)).rejects.toEqual(failure)
  await expect(client.steps('sudoku', CONFLICT).next()).rejects.toEqual(failure)
})

test('tells when to try again', async () => {
  const client = clientOf(fakeApp({ limits: { maxInFlight: 0 } }))
  await expect(client.solve('sudoku', BOARD)).rejects.toMatchObject({
    code: 'http_problem',
    status: 503,
    problem: { code: 'overloaded' },
    retryAfter: 1,
  })
})

test('throws what fails within a stream', async () => {
  const fake = fakeApp()
  fake.solver.failure = new Error('broken')
  const steps = clientOf(fake).steps('sudoku', BOARD)
  await steps.next()
  await steps.next()
  await expect(steps.next()).rejects.toMatchObject({ problem: { code: 'internal_error' }, status: 500 })
})

test('sends its key', async () => {
  const { sha256Hex } = await import('../../worker/hash.ts')
  const keys = [await sha256Hex('secret-key')]
  const fake = fakeApp({ apiKeys: () => keys })
  expect(await clientOf(fake, 'secret-key').solve('sudoku', BOARD)).toMatchObject({ status: 'solved' })
  await expect(clientOf(fake).solve('sudoku', BOARD)).rejects.toMatchObject({ problem: { code: 'unauthorized' } })
})

test('throws no error but HrmError, and no code that is not in its list', async () => {
  const codes = ['board_conflict', 'overloaded', 'code_of_a_version_to_come'] as ProblemCode[]
  const errors = codes.map((code) => new HrmHttpError(undefined, { problem: { code, detail: 'no' } as Problem }))
  for (const error of [...errors, new HrmHttpError('no answer', {})]) {
    expect(error).toBeInstanceOf(HrmError)
    expect(HRM_ERROR_CODES).toContain(error.code)
  }
  expect(errors.map(({ code }) => code)).toEqual(['board_conflict', 'http_problem', 'http_problem'])
})

test.each(['nope', '', '/v1', 'localhost:8787', 'ftp://localhost', 'http://'])('refuses the base URL %j', (url) => {
  expectHrmError(() => createClient(url), 'option_invalid', `baseUrl is ${JSON.stringify(url)}, not`)
})

test.each(['http://localhost/?x=1', 'http://localhost?', 'http://localhost/#/'])(
  'refuses the base URL %j, which no path can follow',
  (url) => {
    expectHrmError(() => createClient(url), 'option_invalid', `baseUrl is ${JSON.stringify(url)}, with a query`)
  },
)

test.each(['http://me:secret@localhost', 'http://secret@localhost'])(
  'refuses the base URL %j, and does not repeat it',
  (url) => {
    const error = expectHrmError(() => createClient(url), 'option_invalid', 'baseUrl')
    expect(`${error.message} ${error.cause}`).not.toContain('secret')
  },
)

test.each(['a\nb', 'schlüssel✓'])('refuses the key %j, which no header can hold, and does not repeat it', (apiKey) => {
  const error = expectHrmError(() => createClient('http://localhost', { apiKey }), 'option_invalid', 'apiKey')
  expect(`${error.message} ${error.cause}`).not.toContain(apiKey)
})

test('blanks around the base URL are none of it', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({ tasks: [] }))
  for (const url of [' http://localhost ', 'http://localhost/\n']) await createClient(url, { fetch }).tasks()
  expect(fetch.mock.calls.map(([url]) => url)).toEqual(Array(2).fill('http://localhost/v1/tasks'))
})

test('in a page the base URL may be relative', async () => {
  vi.stubGlobal('location', new URL('https://example.test/page'))
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url))
    return Response.json({ tasks: [] })
  }
  for (const url of ['/', '/edge/']) await createClient(url, { fetch }).tasks()
  expect(asked).toEqual(['/v1/tasks', '/edge/v1/tasks'])
  vi.unstubAllGlobals()
})

test('names an abort, a dead network and a stranger', async () => {
  const aborted = AbortSignal.abort()
  const signalled: typeof fetch = async (_, init) => {
    init!.signal!.throwIfAborted()
    return new Response()
  }
  const client = createClient('http://localhost', { fetch: signalled })
  await expect(client.solve('sudoku', BOARD, { signal: aborted })).rejects.toMatchObject({
    name: 'HrmError',
    code: 'aborted',
  })

  const dead = createClient('http://localhost', { fetch: () => Promise.reject(new TypeError('refused')) })
  await expect(dead.models()).rejects.toMatchObject({ code: 'network', status: 0, cause: { message: 'refused' } })

  const stranger = async () => new Response('<h1>Bad gateway</h1>', { status: 502 })
  const proxied = createClient('http://localhost', { fetch: stranger })
  const error = await proxied.models().catch((e) => e)
  expect(error).toBeInstanceOf(HrmHttpError)
  expect(error).toMatchObject({ code: 'network', status: 502, problem: undefined })

  const cut = async () => new Response('event: step\ndata: {"step":1}\n\n')
  const steps = createClient('http://localhost', { fetch: cut }).steps('sudoku', BOARD)
  expect(await steps.next()).toMatchObject({ value: { step: 1 } })
  await expect(steps.next()).rejects.toMatchObject({ code: 'network', message: 'The stream ended before the result.' })
})

test('a job is waited for through passing failures, not through lasting ones', async () => {
  const answers: (() => Response | never)[] = []
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (url) => {
    asked.push(String(url))
    return answers.shift()!()
  }
  const client = createClient('http://localhost', { fetch })
  const problem = (status: number, code: string) => () =>
    new Response(JSON.stringify({ status, code, detail: code }), {
      status,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  const refused = () => {
    throw new TypeError('refused')
  }
  answers.push(refused, problem(503, 'overloaded'), problem(429, 'rate_limited'), () =>
    Response.json({ state: 'done' }),
  )
  expect(await client.waitForJob('a/b', { intervalMs: 1 })).toEqual({ state: 'done' })
  expect(asked[0]).toBe('http://localhost/v1/jobs/a%2Fb')

  answers.push(problem(404, 'job_unknown'))
  await expect(client.waitForJob('x', { intervalMs: 1 })).rejects.toMatchObject({ problem: { code: 'job_unknown' } })
  answers.push(refused, refused, () => Response.json({ state: 'running' }), ...new Array(6).fill(refused))
  await expect(client.waitForJob('x', { intervalMs: 1 })).rejects.toMatchObject({ code: 'network' })
  expect(answers).toEqual([])
})

test('what cannot be written is never sent', async () => {
  const fetch = vi.fn<typeof globalThis.fetch>()
  const client = createClient('http://localhost', { fetch })
  for (const call of [
    () => client.solve('sudoku', BOARD, { maxSteps: 1n as never }),
    () => client.steps('sudoku', BOARD, { seed: 1n as never }).next(),
    () => client.solveBatch('sudoku', [1n as never]),
    () => client.submitJob('sudoku', [1n as never]),
    () => client.submitJob(Symbol() as never, [BOARD]),
  ]) {
    await expect(call()).rejects.toMatchObject({ name: 'HrmError', code: 'option_invalid' })
  }
  expect(fetch).not.toHaveBeenCalled()
})

test('a problem without detail says its title, or else its status', async () => {
  const problems = [{ type: 'about:blank', title: 'Unprocessable Content', status: 422 }, { type: 'about:blank' }]
  const fetch = async () =>
    new Response(JSON.stringify(problems.shift()), {
      status: 422,
      headers: { 'Content-Type': 'application/problem+json' },
    })
  const client = createClient('http://localhost', { fetch })
  await expect(client.models()).rejects.toMatchObject({ message: 'Unprocessable Content', code: 'http_problem' })
  await expect(client.models()).rejects.toMatchObject({ message: 'HTTP 422', status: 422 })
})
