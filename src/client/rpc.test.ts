import { hc } from 'hono/client'
import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { PROBLEMS } from '../../worker/problem.ts'
import type { batchRequest, batchResult, health, problemKind, readiness, solveRequest } from '../../worker/schemas.ts'
import { BOARD, CONFLICT, fakeApp, SOLUTION } from '../../worker/test-support.ts'
import type { Job, Problem, SolveResult } from './index.ts'
import type { FailureStatus, HrmEdgeApp, HrmEdgeRoutes } from './rpc.ts'

/** Hono's client of an app, and the operations that it has asked for. */
function clientOf({ app }: ReturnType<typeof fakeApp>) {
  const asked = new Set<string>()
  const client = hc<HrmEdgeApp>('http://localhost', {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      asked.add(`${init!.method!.toLowerCase()} ${new URL(String(input)).pathname}`)
      return app.request(String(input), init)
    },
  })
  return { client, asked }
}

type Route<Path extends keyof HrmEdgeRoutes, Method extends string> =
  HrmEdgeRoutes[Path] extends Record<Method, infer E> ? (E extends { status: FailureStatus } ? never : E) : never
type Output<E> = E extends { output: infer O } ? O : never
type Json<E> = E extends { input: { json: infer J } } ? J : never

test('types are those of the schemas', () => {
  expectTypeOf<FailureStatus>().toEqualTypeOf<(typeof PROBLEMS)[keyof typeof PROBLEMS]['status']>()
  expectTypeOf<Json<Route<'/v1/solve', '$post'>>>().toEqualTypeOf<z.input<ReturnType<typeof solveRequest>>>()
  expectTypeOf<Json<Route<'/v1/solve/batch', '$post'>>>().toEqualTypeOf<z.input<ReturnType<typeof batchRequest>>>()
  // What one result is, client.test.ts compares.
  type Batch = z.infer<typeof batchResult>
  expectTypeOf<Output<Route<'/v1/solve/batch', '$post'>>>().toEqualTypeOf<{
    [K in keyof Batch]: K extends 'results' ? SolveResult[] : Batch[K]
  }>()
  expectTypeOf<Output<Route<'/health', '$get'>>>().toEqualTypeOf<z.infer<typeof health>>()
  expectTypeOf<Output<Route<'/ready', '$get'>>>().toEqualTypeOf<z.infer<typeof readiness>>()
  expectTypeOf<Output<Route<'/problems/:code', '$get'>>>().toEqualTypeOf<z.infer<typeof problemKind>>()
})

test('an answer is narrowed by its status', async () => {
  const { client } = clientOf(fakeApp())
  const solved = await client.v1.solve.$post({ json: { task: 'sudoku', board: BOARD } })
  if (solved.status !== 200) throw new Error(`${solved.status}`)
  const result = await solved.json()
  expectTypeOf(result).toEqualTypeOf<SolveResult>()
  expect(result.solution).toBe(SOLUTION)

  const refused = await client.v1.solve.$post({ json: { task: 'sudoku', board: CONFLICT } })
  if (refused.status !== 422) throw new Error(`${refused.status}`)
  const problem = await refused.json()
  expectTypeOf(problem).toEqualTypeOf<Problem>()
  expect(problem.code).toBe('board_conflict')

  // @ts-expect-error a board is text
  const wrong = await client.v1.solve.$post({ json: { task: 'sudoku', board: 5 } })
  expect(wrong.status).toBe(422)
})

test('every operation of /openapi.json can be called, and no other', async () => {
  const fake = fakeApp()
  const { client, asked } = clientOf(fake)
  const job = { param: { id: 'ID' } }
  await client.v1.solve.$post({ json: { task: 'sudoku', board: BOARD } })
  await client.v1.solve.batch.$post({ json: { task: 'sudoku', boards: [BOARD] } })
  const submitted = await client.v1.jobs.$post(
    { query: { task: 'sudoku', maxSteps: '8' } },
    { init: { body: `question\n${BOARD}\n`, headers: { 'Content-Type': 'text/csv' } } },
  )
  expect(submitted.status).toBe(501) // the app has nothing that jobs run on
  if (submitted.status === 202) expectTypeOf(await submitted.json()).toEqualTypeOf<Job>()
  await client.v1.jobs[':id'].$get(job)
  await client.v1.jobs[':id'].$delete(job)
  const results = await client.v1.jobs[':id'].results.$get(job)
  if (results.status === 200) expectTypeOf(await results.text()).toEqualTypeOf<string>()
  await client.v1.models.$get()
  await client.v1.models[':id'].$get({ param: { id: 'ID' } })
  await client.v1.tasks.$get()
  await client.health.$get()
  await client.ready.$get()
  await client.metrics.$get()
  await client.problems[':code'].$get({ param: { code: 'ID' } })

  const { paths } = (await (await fake.app.request('/openapi.json')).json()) as { paths: Record<string, object> }
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path.replace(/\{\w+\}/, 'ID')}`),
  )
  expect([...asked].sort()).toEqual(operations.sort())
})
