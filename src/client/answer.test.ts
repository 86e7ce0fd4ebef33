import { expect, test } from 'vitest'
import { type Client, createClient, HrmHttpError } from './index.ts'

/** A client whose every request gets this answer. */
const answeredBy = (answer: () => Response) => createClient('http://localhost', { fetch: async () => answer() })

const ok = (body: string | null) => answeredBy(() => new Response(body))

async function allSteps(client: Client) {
  const steps = client.steps('sudoku', '')
  while (!(await steps.next()).done);
}

async function allResults(client: Client) {
  const indices: number[] = []
  for await (const { index } of client.jobResults('x')) indices.push(index)
  return indices
}

test('an abort while a failure is read is an abort', async () => {
  let asked = 0
  const call = (run: (client: Client, signal: AbortSignal) => Promise<unknown>) => {
    const leave = new AbortController()
    const chunks = [new TextEncoder().encode('{"code":')]
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          const chunk = chunks.pop()
          if (chunk) return controller.enqueue(chunk)
          leave.abort()
          controller.error(leave.signal.reason)
        },
      })
    const client = answeredBy(() => {
      asked++
      return new Response(body(), { status: 503, headers: { 'Content-Type': 'application/problem+json' } })
    })
    return run(client, leave.signal)
  }
  const aborted = { name: 'HrmError', code: 'aborted' }
  await expect(call((client, signal) => client.solve('sudoku', '', { signal }))).rejects.toMatchObject(aborted)
  asked = 0
  await expect(call((client, signal) => client.waitForJob('x', { signal }))).rejects.toMatchObject(aborted)
  expect(asked).toBe(1)
})

test('a failure that breaks off keeps its status and when to try again', async () => {
  const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '7' }
  for (const body of ['{"code":', 'null', '[]']) {
    const client = answeredBy(() => new Response(body, { status: 503, headers }))
    await expect(client.models()).rejects.toMatchObject({ code: 'network', status: 503, retryAfter: 7 })
  }
  const withoutStatus = answeredBy(() => new Response('{"code":"overloaded"}', { status: 503, headers }))
  await expect(withoutStatus.models()).rejects.toMatchObject({ code: 'http_problem', status: 503, retryAfter: 7 })
})

const CALLS: Record<string, (client: Client) => Promise<unknown>> = {
  solve: (client) => client.solve('sudoku', ''),
  steps: allSteps,
  solveBatch: (client) => client.solveBatch('sudoku', ['']),
  submitJob: (client) => client.submitJob('sudoku', ['']),
  job: (client) => client.job('x'),
  jobResults: allResults,
  cancelJob: (client) => client.cancelJob('x'),
  models: (client) => client.models(),
  tasks: (client) => client.tasks(),
}

test.each(Object.entries(CALLS))('%s names an answer that is not the service’s', async (name, call) => {
  const bodies = ['<html>', '<html>\n', 'null\n', '5\n', '[]\n']
  if (name === 'steps') for (const data of ['{oops', 'null']) bodies.push(`event: step\ndata: ${data}\n\n`)
  if (name === 'steps') for (const event of ['result', 'problem']) bodies.push(`event: ${event}\ndata: null\n\n`)
  if (['solveBatch', 'models', 'tasks'].includes(name)) bodies.push('{}', '{"results":5,"models":5,"tasks":5}')
  for (const body of bodies) {
    const error = await call(ok(body)).catch((error) => error)
    expect(error, body).toBeInstanceOf(HrmHttpError)
    expect(error, body).toMatchObject({ code: 'network', status: 200, problem: undefined })
  }
})

test('streams without a body are named too', async () => {
  for (const call of [allSteps, allResults]) {
    const error = await call(answeredBy(() => new Response(null, { status: 204 }))).catch((error) => error)
    expect(error).toBeInstanceOf(HrmHttpError)
    expect(error).toMatchObject({ code: 'network', status: 204 })
  }
})

test.each(['{"index":1}', '{"ind'])('results that end in %j, without a line end, are not complete', async (rest) => {
  expect(await allResults(ok('{"index":0}\r\n{"index":1}\n{"index":2}\r'))).toEqual([0, 1, 2])

  const results = ok(`{"index":0}\n${rest}`).jobResults('x')
  expect(await results.next()).toMatchObject({ value: { index: 0 } })
  const error = await results.next().catch((error) => error)
  expect(error).toBeInstanceOf(HrmHttpError)
  expect(error).toMatchObject({ code: 'network', status: 200, message: 'The results end within a line.' })
})
