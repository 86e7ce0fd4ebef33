import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { negotiate } from './accept.ts'
import { toProblemError } from './problem.ts'

const app = new Hono()
app.get('/', (c) => c.text(negotiate(c, ['application/json', 'text/event-stream'])))
app.onError((error, c) => c.text(toProblemError(error).code))

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
  ['Text/Event-Stream', 'text/event-stream'],
  ['text/*', 'text/event-stream'],
  ['application/json, text/event-stream', 'application/json'],
  ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
  ['text/event-stream;q=0.1, */*;q=0.2', 'application/json'],
  ['application/json;q=0, */*', 'text/event-stream'],
  ['*/*;q=0', 'not_acceptable'],
  ['text/html', 'not_acceptable'],
])('%s gets %s', async (accept, answer) => {
  const response = await app.request('/', { headers: accept === undefined ? {} : { Accept: accept } })
  expect(await response.text()).toBe(answer)
})
