// The Worker as deployed, in workerd, by its default export.
import { env, exports } from 'cloudflare:workers'
import { hc } from 'hono/client'
import { describe, expect, test, vi } from 'vitest'
import type { ServedModel } from '../../src/client/index.ts'
import type { HrmEdgeApp } from '../../src/client/rpc.ts'
import type { SolveResult } from '../../src/solve/types.ts'
import type { DataPoint } from '../../worker/data-point.ts'
import worker from '../../worker/index.ts'
import { modelInfo, solveResult, solveStep } from '../../worker/schemas.ts'
import { PATIENCE } from '../helpers/patience.ts'
import { CONFLICT, EASY, EASY_SOLUTION, HARD, IMPOSSIBLE, isSolutionOf } from './boards.ts'
import { eventsOf } from './events.ts'

const fetchPath = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init)

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream
  return fetchPath(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: isRaw ? (body as BodyInit) : JSON.stringify(body),
  })
}

async function expectProblem(response: Response, status: number, code: string) {
  const problem = (await response.json()) as Record<string, unknown>
  expect(problem).toMatchObject({ status, code, type: `/problems/${code}`, requestId: expect.any(String) })
  expect(response.status).toBe(status)
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  return problem
}

describe('solves', () => {
  test('an easy board, and answers it again from the cache', async () => {
    const request = { task: 'sudoku', board: EASY, seed: 20_240_731 }
    const first = await post('/v1/solve', request)
    expect(first.status).toBe(200)
    expect(first.headers.has('Server-Timing')).toBe(false)
    const result = (await first.json()) as SolveResult
    expect(result).toMatchObject({ status: 'solved', solution: EASY_SOLUTION, verified: true })
    const lines = vi.spyOn(console, 'log')
    // it is put into the cache after the answer
    await vi.waitFor(async () => {
      const again = await post('/v1/solve', request)
      expect(await again.json()).toEqual(result)
      expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'))
      expect(JSON.parse(lines.mock.lastCall![0])).toMatchObject({ event: 'solve', cached: true, solved: 1 })
    }, PATIENCE.poll)
    lines.mockRestore()
  })

  test('a hard board', async () => {
    const result = (await (await post('/v1/solve', { task: 'sudoku', board: HARD })).json()) as SolveResult
    expect(result.status).toBe('solved')
    expect(isSolutionOf(HARD, result.solution!)).toBe(true)
  })

  test('a board without a solution honestly: unsolved', async () => {
    const response = await post('/v1/solve', { task: 'sudoku', board: IMPOSSIBLE, maxSteps: 40 })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'unsolved', solution: null, steps: 40, verified: false })
  })

  test.each([16, 36, 256])('a board of %i cells within its budget, or says it did not', async (cells) => {
    const board = '.'.repeat(cells)
    const result = (await (await post('/v1/solve', { task: 'sudoku', board, maxSteps: 4 })).json()) as SolveResult
    expect(result.steps).toBeLessThanOrEqual(4)
    expect(result.solution === null).toBe(result.status === 'unsolved')
  })

  test('a batch', async () => {
    const response = await post('/v1/solve/batch', { task: 'sudoku', boards: [HARD, EASY, IMPOSSIBLE], maxSteps: 150 })
    const { results, solved, steps } = (await response.json()) as {
      results: SolveResult[]
      solved: number
      steps: number
    }
    expect(results.map(({ status }) => status)).toEqual(['solved', 'solved', 'unsolved'])
    expect(isSolutionOf(HARD, results[0].solution!)).toBe(true)
    expect(results[1].solution).toBe(EASY_SOLUTION)
    expect(solved).toBe(2)
    expect(steps).toBeLessThanOrEqual(150)
  })

  test('as a stream: steps in order, then the result', async () => {
    const response = await post('/v1/solve', { task: 'sudoku', board: HARD }, { Accept: 'text/event-stream' })
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
    const events = eventsOf(await response.text())
    const last = events.pop()!
    expect(last.event).toBe('result')
    expect(isSolutionOf(HARD, last.data.solution)).toBe(true)
    expect(events.length).toBeGreaterThan(0)
    expect(events.every(({ event }) => event === 'step')).toBe(true)
    expect(events.map(({ data }) => data.step)).toEqual(events.map((_, i) => i + 1))
    expect(events[0].data).toMatchObject({ attempt: 1, kind: 'plain' })
    expect(events[0].data.board).toMatch(/^[1-9]{81}$/)
    for (const { data } of events) expect(solveStep.strict().parse(data)).toEqual(data)
    expect(solveResult.strict().parse(last.data)).toEqual(last.data)
  })

  test('the same answer to the same seed, streamed or not', async () => {
    const request = { task: 'sudoku', board: HARD, seed: 7 }
    const plain = await (await post('/v1/solve', request)).json()
    const streamed = await (await post('/v1/solve', request, { Accept: 'text/event-stream' })).text()
    expect(JSON.parse(/event: result\ndata: (.*)/.exec(streamed)![1])).toEqual(plain)
  })
})

describe('describes itself', () => {
  test('/health, /ready, /v1/models, /v1/tasks', async () => {
    expect(await (await fetchPath('/health')).json()).toEqual({ status: 'ok' })
    const ready = (await (await fetchPath('/ready')).json()) as { status: string; models: { model: string }[] }
    expect(ready.status).toBe('ready')
    const { models } = (await (await fetchPath('/v1/models')).json()) as { models: ServedModel[] }
    expect(models.map(({ id }) => id)).toEqual(ready.models.map(({ model }) => model))
    expect(models[0].sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(Object.keys(models[0].scores[0]).filter((name) => !(name in modelInfo.shape.scores.element.shape))).toEqual(
      [],
    )
    const one = await fetchPath(`/v1/models/${encodeURIComponent(models[0].id)}`)
    expect(await one.json()).toEqual(models[0])
    expect(await (await fetchPath('/v1/tasks')).json()).toMatchObject({
      tasks: [
        { name: 'sudoku', verified: true },
        { name: 'maze', verified: true },
      ],
    })
  })

  test('/openapi.json and /docs', async () => {
    expect(await (await fetchPath('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' })
    const page = await fetchPath('/docs')
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('/v1/solve/batch')
  })

  test('the playground, with security headers', async () => {
    const page = await fetchPath('/')
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Type')).toContain('text/html')
    expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff')
    const again = await fetchPath('/', { headers: { 'If-None-Match': page.headers.get('ETag')! } })
    expect([again.status, again.headers.has('Content-Security-Policy')]).toEqual([304, false])
    const posted = await fetchPath('/', { method: 'POST', body: '{}' })
    expect(posted.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
    await expectProblem(posted, 405, 'method_not_allowed')
    const options = await fetchPath('/', { method: 'OPTIONS', headers: { 'X-Request-Id': 'mine' } })
    expect([options.status, options.headers.get('X-Request-Id')]).toEqual([204, 'mine'])
  })
})

test("answers Hono's client with the types of hrm-edge/rpc", async () => {
  const client = hc<HrmEdgeApp>('http://localhost', { fetch: exports.default.fetch.bind(exports.default) })
  const response = await client.v1.solve.$post({ json: { task: 'sudoku', board: EASY } })
  if (response.status !== 200) throw new Error((await response.json()).detail)
  expect((await response.json()).solution).toBe(EASY_SOLUTION)
  const missing = await client.v1.models[':id'].$get({ param: { id: 'nothing' } })
  if (missing.status !== 404) throw new Error(`${missing.status}`)
  expect((await missing.json()).code).toBe('model_unknown')
})

test('one log line a solve, one data point a line, and counters', async () => {
  const { ANALYTICS } = env as { ANALYTICS: { writeDataPoint(point: DataPoint): void } }
  const points = vi.spyOn(ANALYTICS, 'writeDataPoint')
  const lines = vi.spyOn(console, 'log')
  const response = await post('/v1/solve', { task: 'sudoku', board: EASY, seed: 42 })
  const { steps, model } = (await response.json()) as SolveResult
  expect(lines.mock.calls.map(([line]) => JSON.parse(line))).toEqual([
    {
      event: 'solve',
      id: response.headers.get('X-Request-Id'),
      task: 'sudoku',
      model,
      boards: 1,
      solved: 1,
      steps,
      attempts: 1,
      maxSteps: 64,
      outcome: 'done',
      cached: false,
      stream: false,
    },
  ])
  expect(points.mock.calls).toEqual([
    [{ indexes: ['solve'], blobs: ['solve', 'done', 'sudoku', model, ''], doubles: [1, 1, steps, 1, 64] }],
  ])
  const metrics = await fetchPath('/metrics')
  expect(await metrics.text()).toMatch(/^hrm_boards_solved_total\{task="sudoku",model="[\w-]+"\} \d+$/m)
  vi.restoreAllMocks()
})

describe('refuses', () => {
  const solve = { task: 'sudoku', board: EASY }

  test('what is not there, or not so', async () => {
    await expectProblem(await fetchPath('/nothing'), 404, 'not_found')
    await expectProblem(await fetchPath('/nothing', { method: 'POST' }), 404, 'not_found')
    const { instance, requestId } = await expectProblem(
      await fetchPath('/v1/models/%20x%C3%A9%22'),
      404,
      'model_unknown',
    )
    expect(instance).toBe(`/v1/models/%20x%C3%A9%22#${requestId}`)
    const wrongMethod = await fetchPath('/v1/solve', { method: 'PUT', body: '{}' })
    expect(wrongMethod.headers.get('Allow')).toBe('POST, OPTIONS')
    await expectProblem(wrongMethod, 405, 'method_not_allowed')
    await expectProblem(await post('/v1/solve', solve, { Accept: 'image/png' }), 406, 'not_acceptable')
    await expectProblem(await post('/v1/solve', solve, { 'Content-Type': 'text/plain' }), 415, 'media_type_unsupported')
    expect((await post('/v1/solve', solve, { 'Content-Type': 'application/json ; charset=utf-8' })).status).toBe(200)
  })

  test.each<[string, unknown, number, string]>([
    ['broken JSON', '{"task":', 400, 'json_malformed'],
    ['bad UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22), 400, 'json_malformed'],
    ['a lone quote of UTF-16', '"\\ud800', 400, 'json_malformed'],
    ['JSON that is not an object', [solve], 422, 'request_invalid'],
    ['a number', 5, 422, 'request_invalid'],
    ['deep JSON', '['.repeat(30_000) + ']'.repeat(30_000), 422, 'request_invalid'],
    [
      'deep JSON within the board',
      `{"task":"sudoku","board":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`,
      422,
      'board_type',
    ],
    ['a huge number', `{"task":"sudoku","board":"","maxSteps":${'9'.repeat(5000)}}`, 422, 'option_invalid'],
    ['a prototype', `{"__proto__":{"task":"sudoku"},"board":"${EASY}"}`, 422, 'request_invalid'],
    ['an unknown task', { ...solve, task: 'constructor' }, 422, 'task_unknown'],
    ['a board of wrong length', { ...solve, board: '123' }, 422, 'board_length'],
  ])('%s', async (_, body, status, code) => {
    await expectProblem(await post('/v1/solve', body), status, code)
  })

  test('bad cells, and names them', async () => {
    const symbol = await post('/v1/solve', { ...solve, board: `${EASY.slice(0, 80)}\u{1F600}`.slice(0, 81) })
    const { cells } = await expectProblem(symbol, 422, 'board_symbol')
    expect(cells).toEqual([{ index: 80, row: 8, column: 8 }])
    const conflict = await post('/v1/solve', { ...solve, board: CONFLICT })
    expect((await expectProblem(conflict, 422, 'board_conflict')).cells).toEqual([
      { index: 0, row: 0, column: 0 },
      { index: 2, row: 0, column: 2 },
    ])
    const batch = await post('/v1/solve/batch', { task: 'sudoku', boards: [EASY, CONFLICT] })
    expect(await expectProblem(batch, 422, 'board_conflict')).toMatchObject({ board: 1 })
  })

  test('a streamed body over the limit, whatever its length was said to be', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 8192
        controller.enqueue(new Uint8Array(8192).fill(0x20))
      },
    })
    await expectProblem(await post('/v1/solve', endless), 413, 'body_too_large')
    expect(sent).toBeLessThan(1_000_000)
  })

  const askWith = (bindings: object, headers: Record<string, string> = {}) =>
    worker.fetch(
      new Request('http://localhost/v1/solve', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(solve),
      }),
      bindings,
    )
  // SHA-256 of "abc", FIPS 180-2 appendix B.1
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

  test('callers without a key, where keys are set', async () => {
    await expectProblem(await askWith({ API_KEYS_SHA256: ABC }), 401, 'unauthorized')
    expect((await askWith({ API_KEYS_SHA256: ABC }, { Authorization: 'Bearer abc' })).status).toBe(200)
    // keys that were set wrongly must not open the door
    for (const wrong of ['abc', '']) await expectProblem(await askWith({ API_KEYS_SHA256: wrong }), 500, 'usage')
  })

  test('jobs, where their times are set wrongly', async () => {
    const { JOB_FILES, JOB_LEDGERS, JOB_QUEUE } = env as Record<string, object>
    for (const JOB_TIMES of ['oops', '{"keep":"7d"}']) {
      const request = new Request(`http://localhost/v1/jobs/${crypto.randomUUID()}`)
      const response = await worker.fetch(request, { JOB_FILES, JOB_LEDGERS, JOB_QUEUE, JOB_TIMES })
      await expectProblem(response, 500, 'usage')
    }
  })

  test('callers over their rate, counted by address, or by key where keys are set', async () => {
    const { TWO_A_MINUTE } = env as { TWO_A_MINUTE: object }
    // six: when a new minute begins among them, one of the two still has three
    const six = async (bindings: object, headersOf: (i: number) => Record<string, string>) => {
      let limited = 0
      for (let i = 0; i < 6; i++) {
        const response = await askWith({ RATE_LIMITER: TWO_A_MINUTE, ...bindings }, headersOf(i))
        if (response.status === 200) continue
        limited++
        expect(response.headers.get('Retry-After')).toBe('60')
        await expectProblem(response, 429, 'rate_limited')
      }
      return limited
    }
    const from = (host: number) => ({ 'CF-Connecting-IP': `192.0.2.${host}` })
    expect(await six({}, () => from(1))).toBeGreaterThan(0)
    expect(await six({}, (i) => from(10 + i))).toBe(0)
    expect(await six({}, (i) => ({ 'CF-Connecting-IP': `2001:db8::${i}` }))).toBeGreaterThan(0)
    const key = { Authorization: 'Bearer abc' }
    expect(await six({ API_KEYS_SHA256: ABC }, (i) => ({ ...key, ...from(20 + i) }))).toBeGreaterThan(0)
  })
})
