import { expect, onTestFinished, test } from 'vitest'
import { BOARD, fakeApp, HARD, problemOf, SOLUTION } from './test-support.ts'

const solve = { task: 'sudoku', board: BOARD }
const SSE = { Accept: 'text/event-stream' }

/** What every stream begins with. */
const HEARTBEAT = ': still computing\n\n'

/** Events of a whole stream, comments but for the first included as `{ comment }`. */
async function eventsOf(response: Response) {
  const text = await response.text()
  expect(text.startsWith(HEARTBEAT)).toBe(true)
  return text
    .slice(HEARTBEAT.length)
    .trimEnd()
    .split('\n\n')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => {
          const [, name, value] = /^(\w*): (.*)$/.exec(line)!
          return [name || 'comment', name === 'data' ? JSON.parse(value) : value]
        }),
      ),
    )
}

test('steps, then one result', async () => {
  const { post, lines } = fakeApp()
  const response = await post('/v1/solve', solve, SSE)
  expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  const events = await eventsOf(response)
  expect(events.map(({ event, id }) => [event, id])).toEqual([
    ['step', '1'],
    ['step', '2'],
    ['step', '3'],
    ['result', undefined],
  ])
  expect(events[0].data).toMatchObject({ step: 1, attempt: 1, kind: 'plain' })
  expect(events[0].data.confidence[0]).toBe(0.3333)
  expect(events[3].data).toMatchObject({ status: 'solved', solution: SOLUTION })
  expect(lines[0]).toMatchObject({ stream: true, outcome: 'done', steps: 3 })
})

test('a failure after the stream began is its last event', async () => {
  const { post, solver } = fakeApp()
  solver.failure = new Error('secret')
  const events = await eventsOf(await post('/v1/solve', solve, SSE))
  expect(events.map(({ event }) => event)).toEqual(['step', 'step', 'problem'])
  expect(events[2].data).toMatchObject({ status: 500, code: 'internal_error', instance: expect.any(String) })
  expect(JSON.stringify(events[2])).not.toContain('secret')
})

test('comments keep it alive', async () => {
  const { post, solver } = fakeApp({ limits: { heartbeatMs: 5 } })
  solver.pause = () => new Promise((resolve) => setTimeout(resolve, 30))
  const response = await post('/v1/solve', solve, SSE)
  const events = await eventsOf(response)
  expect(events.filter(({ comment }) => comment !== undefined).length).toBeGreaterThan(1)
  expect(events.at(-1)!.event).toBe('result')
})

test('begins before the first step has its turn; a full service is still told by a status', async () => {
  const { post, solver, lines } = fakeApp({ limits: { maxInFlight: 1 } })
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  solver.pause = () => gate
  const response = await post('/v1/solve', solve, SSE)
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe(HEARTBEAT)
  const refused = await post('/v1/solve', solve, SSE)
  expect([refused.status, (await problemOf(refused)).code]).toEqual([503, 'overloaded'])
  expect(lines).toEqual([expect.objectContaining({ outcome: 'overloaded', stream: true, steps: 0 })])
  await reader.cancel()
  open()
  await expect.poll(() => lines.length).toBe(2)
  expect(lines[1]).toMatchObject({ outcome: 'aborted', steps: 0 })
  expect((await post('/v1/solve', solve, SSE)).status).toBe(200)
})

test('a client that leaves ends the work', async () => {
  const { post, solver, lines } = fakeApp()
  const response = await post('/v1/solve', { ...solve, board: HARD, maxSteps: 1024 }, SSE)
  const reader = response.body!.getReader()
  await reader.read()
  await reader.cancel()
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatchObject({ outcome: 'aborted' })
  const { computed } = solver
  expect(computed).toBeLessThan(1024)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(solver.computed).toBe(computed)
})

test('an aborted request ends the work, where there is no AbortSignal.any too', async () => {
  const any = Object.getOwnPropertyDescriptor(AbortSignal, 'any')!
  Object.defineProperty(AbortSignal, 'any', { value: undefined, configurable: true })
  onTestFinished(() => void Object.defineProperty(AbortSignal, 'any', any))
  const { app, lines } = fakeApp()
  const abort = new AbortController()
  const request = new Request('http://localhost/v1/solve', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...SSE },
    body: JSON.stringify({ ...solve, board: HARD, maxSteps: 1024 }),
    signal: abort.signal,
  })
  await app.request(request)
  abort.abort()
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatchObject({ outcome: 'aborted' })
})

test('a client that does not read holds up no step, and gets the result', async () => {
  const { post, lines } = fakeApp()
  const response = await post('/v1/solve', { ...solve, board: HARD, maxSteps: 500 }, SSE)
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatchObject({ outcome: 'done', steps: 500 })
  const events = await eventsOf(response)
  expect(events.length).toBeLessThan(100)
  expect(events.at(-1)).toMatchObject({ event: 'result', data: { steps: 500 } })
})
