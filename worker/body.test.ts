import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { limitBody } from './body.ts'
import type { ProblemError } from './problem.ts'
import type { AppEnv } from './service.ts'

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/json;charset=UTF-8;a=b', true],
  ['application/json; charset="utf-8"', false],
  ['application/json ; charset=utf-8', false],
  ['application/json; a_b=c', false],
])('a request of type %s reaches its route as it came: %s', async (type, isSame) => {
  const request = new Request('http://x/', { method: 'POST', headers: { 'Content-Type': type }, body: '{}' })
  const app = new Hono<AppEnv>()
  app.post('/', limitBody(10, { bytes: 0, ms: 0 }), async (c) => c.json([c.req.raw === request, await c.req.json()]))
  expect(await (await app.fetch(request)).json()).toEqual([isSame, {}])
})

test.each([
  [10, 200, 'ok'],
  [11, 413, 'The body is larger than 10 bytes.'],
])('a body of %d bytes, where 10 are allowed, is answered %d', async (bytes, status, said) => {
  const app = new Hono<AppEnv>()
  app.onError((error, c) => c.text(error.message, (error as ProblemError).kind.status as 413))
  app.post('/', limitBody(10, { bytes: 0, ms: 0 }), (c) => c.text('ok'))
  const response = await app.fetch(new Request('http://x/', { method: 'POST', body: new Uint8Array(bytes) }))
  expect([response.status, await response.text()]).toEqual([status, said])
})
