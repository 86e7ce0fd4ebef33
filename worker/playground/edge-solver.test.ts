import { afterEach, expect, test, vi } from 'vitest'
import { edgeSteps } from './edge-solver.ts'
import type { Failure } from './failure.ts'

const BOARD = '.'.repeat(81)

afterEach(() => {
  vi.unstubAllGlobals()
})

function answer(body: string, status = 200, type = 'text/event-stream') {
  const fetch = vi.fn(async () => new Response(body, { status, headers: { 'Content-Type': type } }))
  vi.stubGlobal('fetch', fetch)
  return fetch as unknown as { mock: { calls: [string, RequestInit][] } }
}

async function drain(signal?: AbortSignal) {
  const steps = edgeSteps(BOARD, { maxSteps: 16, seed: 3, signal })
  const seen: unknown[] = []
  for (;;) {
    const { done, value } = await steps.next()
    if (done) return { seen, result: value }
    seen.push(value)
  }
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it should have failed'),
    ({ code, message, cells }: Failure) => ({ code, message, cells }),
  )

test('asks for a stream, gives its steps and returns its result', async () => {
  const { mock } = answer('event: step\ndata: {"step":1}\n\nevent: result\ndata: {"status":"solved"}\n\n')
  expect(await drain()).toEqual({ seen: [{ step: 1 }], result: { status: 'solved' } })
  const [url, { method, headers, body }] = mock.calls[0]
  expect([url, method]).toEqual(['/v1/solve', 'POST'])
  expect(headers).toMatchObject({ Accept: 'text/event-stream' })
  expect(JSON.parse(body as string)).toEqual({ task: 'sudoku', board: BOARD, maxSteps: 16, seed: 3 })
})

test('restores a problem, with its cells', async () => {
  const cells = [{ index: 0, row: 0, column: 0 }]
  answer(JSON.stringify({ code: 'board_conflict', detail: 'two 7s', cells }), 422, 'application/problem+json')
  expect(await failureOf(drain())).toEqual({ code: 'board_conflict', message: 'two 7s', cells })
})

test('restores a problem that ends a stream', async () => {
  answer('event: step\ndata: {}\n\nevent: problem\ndata: {"code":"engine_failed","detail":"rebuilt"}\n\n')
  expect(await failureOf(drain())).toMatchObject({ code: 'engine_failed', message: 'rebuilt' })
})

test('says what it can of an answer that is no problem document', async () => {
  answer('<h1>Bad gateway</h1>', 502, 'text/html')
  expect(await failureOf(drain())).toMatchObject({ code: 'network', message: 'It answered with HTTP status 502.' })
})

test('does not take a stream without a result for solved', async () => {
  answer('event: step\ndata: {}\n\n')
  expect(await failureOf(drain())).toMatchObject({ code: 'network' })
})

test('tells an abort from a broken network', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  expect(await failureOf(drain(AbortSignal.abort()))).toMatchObject({ code: 'aborted' })
  expect(await failureOf(drain())).toMatchObject({ code: 'network', message: 'Failed to fetch' })
})
