import { describe, expect, test, vi } from 'vitest'
import { HrmError } from '../../src/errors.ts'
import { memoryCache } from '../cache.ts'
import { BOARD, CONFLICT, fakeApp, HARD, problemOf, SOLUTION } from '../test-support.ts'

const solve = { task: 'sudoku', board: BOARD }
const SSE = { Accept: 'text/event-stream' }

describe('as JSON', () => {
  test('a solved board', async () => {
    const { post, lines } = fakeApp()
    const response = await post('/v1/solve', solve)
    expect(response.status).toBe(200)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(response.headers.has('Server-Timing')).toBe(false)
    expect(await response.json()).toEqual({
      task: 'sudoku',
      status: 'solved',
      solution: SOLUTION,
      steps: 3,
      attempts: 1,
      verified: true,
      model: 'fake',
    })
    expect(lines).toEqual([
      {
        event: 'solve',
        id: response.headers.get('X-Request-Id'),
        task: 'sudoku',
        model: 'fake',
        boards: 1,
        solved: 1,
        steps: 3,
        attempts: 1,
        maxSteps: 64,
        outcome: 'done',
        cached: false,
        stream: false,
      },
    ])
  })

  test('an unsolved board is 200 too', async () => {
    const response = await fakeApp().post('/v1/solve', { ...solve, board: HARD, maxSteps: 20 })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'unsolved', solution: null, steps: 20, verified: false })
  })

  test('where a clock runs, the time is told', async () => {
    let time = 0
    const { post, lines } = fakeApp({ clock: () => (time += 2) })
    const response = await post('/v1/solve', solve)
    expect(response.headers.get('Server-Timing')).toMatch(/^solve;dur=\d+\.\d$/)
    expect(lines[0]).toMatchObject({ ms: 2 })
  })

  test('the same request is answered from the cache, another is not', async () => {
    const { post, solver, lines } = fakeApp({ cache: memoryCache(10) })
    const first = await post('/v1/solve', solve)
    const again = await post('/v1/solve', { board: BOARD, maxSteps: 64, seed: 0, task: 'sudoku' })
    expect(again.headers.get('ETag')).toBe(first.headers.get('ETag'))
    expect(await again.json()).toEqual(await first.json())
    expect(solver.computed).toBe(3)
    expect(lines.map((line) => line.event === 'solve' && line.cached)).toEqual([false, true])
    const spaced = await post('/v1/solve', { ...solve, board: BOARD.replaceAll('.', '0').replace(/.{9}/g, '$&\n') })
    expect(spaced.headers.get('ETag')).toBe(first.headers.get('ETag'))
    expect(solver.computed).toBe(3)
    const other = await post('/v1/solve', { ...solve, seed: 1 })
    expect(other.headers.get('ETag')).not.toBe(first.headers.get('ETag'))
    expect(solver.computed).toBe(6)
  })
})

test.each([
  'application/json; charset=utf-8',
  'APPLICATION/JSON;charset="UTF-8"',
  'application/json ; charset=utf-8',
  'application/json;',
  'application/json; ;\tcharset=utf-8 ;',
  'application/json; charset = utf-8',
  'application/json;foo="a;b"',
])('a body that comes as %s', async (type) => {
  const { post } = fakeApp()
  const response = await post('/v1/solve', solve, { 'Content-Type': type })
  expect(await response.json()).toMatchObject({ solution: SOLUTION })
  expect((await post('/v1/solve', ' '.repeat(65_537), { 'Content-Type': type })).status).toBe(413)
})

test.each(['', 'identity', 'Identity'])('a body whose Content-Encoding is "%s"', async (encoding) => {
  const response = await fakeApp().post('/v1/solve', solve, { 'Content-Encoding': encoding })
  expect(response.status).toBe(200)
})

test('a cache that fails costs nobody the answer', async () => {
  const fail = () => Promise.reject(new Error('no cache here'))
  const { post } = fakeApp({ cache: { get: fail, put: fail } })
  expect(await (await post('/v1/solve', solve)).json()).toMatchObject({ solution: SOLUTION })
})

describe('refuses', () => {
  test.each([
    ['JSON that is not an object', '[]', 'request_invalid', ''],
    ['null', 'null', 'request_invalid', ''],
    ['a missing board', { task: 'sudoku' }, 'request_invalid', '/board'],
    ['an unknown key', { ...solve, 'max/Steps': 3 }, 'request_invalid', ''],
    ['a task that is not a string', { ...solve, task: 7 }, 'request_invalid', '/task'],
    ['a board that is not a string', { ...solve, board: [1, 2] }, 'board_type', '/board'],
    ['an overlong board', { ...solve, board: '.'.repeat(2116) }, 'board_length', '/board'],
    ['too many steps', { ...solve, maxSteps: 1025 }, 'option_invalid', '/maxSteps'],
    ['no steps', { ...solve, maxSteps: 0 }, 'option_invalid', '/maxSteps'],
    ['half a step', { ...solve, maxSteps: 1.5 }, 'option_invalid', '/maxSteps'],
    ['a huge number of steps', `{"task":"sudoku","board":"","maxSteps":1e999}`, 'option_invalid', '/maxSteps'],
    ['a negative seed', { ...solve, seed: -1 }, 'option_invalid', '/seed'],
    ['a seed beyond exact integers', { ...solve, seed: 2 ** 53 }, 'option_invalid', '/seed'],
  ])('%s', async (_, body, code, pointer) => {
    const { post, solver } = fakeApp()
    const response = await post('/v1/solve', body)
    expect(response.status).toBe(422)
    const problem = await problemOf(response)
    expect(problem.code).toBe(code)
    expect(problem.errors![0].pointer).toBe(pointer)
    expect(solver.computed).toBe(0)
  })

  test.each([
    ['an unknown task', { ...solve, task: 'maze' }, 'task_unknown'],
    ['a task named like a property', { ...solve, task: '__proto__' }, 'task_unknown'],
    ['a board of wrong length', { ...solve, board: '1' }, 'board_length'],
    ['an empty board', { ...solve, board: '' }, 'board_length'],
    ['a bad symbol', { ...solve, board: `x${BOARD.slice(1)}` }, 'board_symbol'],
  ])('%s', async (_, body, code) => {
    const response = await fakeApp().post('/v1/solve', body)
    expect(response.status).toBe(422)
    expect((await problemOf(response)).code).toBe(code)
  })

  test.each([{}, SSE])('givens that contradict each other, naming the cells %o', async (headers) => {
    const { post, lines } = fakeApp({ limits: { maxInFlight: 1 } })
    for (let i = 0; i < 3; i++) {
      const response = await post('/v1/solve', { ...solve, board: CONFLICT }, headers)
      expect(response.status).toBe(422)
      expect(response.headers.has('ETag')).toBe(false)
      expect(await problemOf(response)).toMatchObject({
        code: 'board_conflict',
        cells: [
          { index: 0, row: 0, column: 0 },
          { index: 2, row: 0, column: 2 },
        ],
      })
    }
    expect(lines[0]).toMatchObject({ outcome: 'board_conflict', steps: 0 })
  })

  test.each([
    [5e18, '<=1024'],
    [-5e18, '>=1'],
  ])('%d steps, telling the bound of the field alone', async (maxSteps, bound) => {
    const problem = await problemOf(await fakeApp().post('/v1/solve', { ...solve, maxSteps }))
    expect(problem.detail).toContain(bound)
    expect(problem.errors).toEqual([{ pointer: '/maxSteps', detail: expect.stringContaining(bound) }])
  })

  test.each(['/v1/solve', '/v1/solve/batch'])('at %s what does not come as JSON, saying what does', async (path) => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const response = await fakeApp().post(path, '{}', { 'Content-Type': type })
      expect([response.status, response.headers.get('Accept')]).toEqual([415, 'application/json'])
      expect((await problemOf(response)).detail).toContain('application/json')
    }
  })

  test.each(['', ';', '; charset=utf-8', ' ;'])('a body whose Content-Type names no type: "%s"', async (type) => {
    const response = await fakeApp().post('/v1/solve', solve, { 'Content-Type': type })
    expect([response.status, (await problemOf(response)).code]).toEqual([415, 'media_type_unsupported'])
  })

  test('unknown keys as long as the body are not repeated in full', async () => {
    const response = await fakeApp().post('/v1/solve', { ...solve, ['k'.repeat(60_000)]: 1 })
    expect((await response.text()).length).toBeLessThan(2000)
  })

  test('nesting as deep as the body allows', async () => {
    const depth = 32_000
    const response = await fakeApp().post('/v1/solve', '['.repeat(depth) + ']'.repeat(depth))
    expect((await problemOf(response)).code).toBe('request_invalid')
  })
})

test('no more solves than admitted, then all is well again', async () => {
  const { post, solver, inFlight } = fakeApp({ limits: { maxInFlight: 2 } })
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  solver.pause = () => gate
  const running = [post('/v1/solve', solve), post('/v1/solve', solve, SSE)]
  await inFlight(2)
  const refused = await post('/v1/solve', solve)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('Retry-After')).toBe('1')
  expect((await problemOf(refused)).code).toBe('overloaded')
  // a bad board is not worth another try, and is told so
  expect((await post('/v1/solve', { ...solve, board: CONFLICT })).status).toBe(422)
  expect((await post('/v1/solve', { ...solve, board: CONFLICT }, SSE)).status).toBe(422)
  open()
  for (const response of await Promise.all(running)) {
    expect(response.status).toBe(200)
    await response.text()
  }
  expect((await post('/v1/solve', solve)).status).toBe(200)
})

test('one caller has half of the places at most, the rest is for others', async () => {
  const { post, solver, inFlight } = fakeApp({ limits: { maxInFlight: 5 } })
  const from = (host: number) => ({ 'CF-Connecting-IP': `192.0.2.${host}` })
  const batch = { task: 'sudoku', boards: [BOARD] }
  const { pause } = solver
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  solver.pause = () => gate
  const running = [
    post('/v1/solve', solve, from(1)),
    post('/v1/solve', solve, { ...SSE, ...from(1) }),
    post('/v1/solve/batch', batch, from(1)),
  ]
  await inFlight(3)
  for (const [path, body, headers] of [
    ['/v1/solve', solve, {}],
    ['/v1/solve', solve, SSE],
    ['/v1/solve/batch', batch, {}],
  ] as const) {
    const refused = await post(path, body, { ...headers, ...from(1) })
    expect(refused.headers.get('Retry-After')).toBe('1')
    expect(await problemOf(refused)).toMatchObject({
      code: 'overloaded',
      detail: expect.stringContaining('3 solves of one caller'),
    })
  }
  running.push(post('/v1/solve', solve, from(2)), post('/v1/solve', solve))
  await inFlight(5)
  expect((await problemOf(await post('/v1/solve', solve, from(3)))).detail).toContain('5 solves are in flight')
  solver.pause = pause
  open()
  for (const response of await Promise.all(running)) {
    expect(response.status).toBe(200)
    await response.text()
  }
  expect((await post('/v1/solve', solve, from(1))).status).toBe(200)
})

test('of one caller a few are computed at a time, and the next caller need not wait for the rest', async () => {
  const { post, solver, inFlight } = fakeApp()
  const from = (host: number) => ({ 'CF-Connecting-IP': `192.0.2.${host}` })
  const { pause } = solver
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let begun = 0
  solver.pause = () => {
    begun++
    return gate
  }
  const first = [
    ...Array.from({ length: 3 }, () => post('/v1/solve', solve, from(1))),
    post('/v1/solve', solve, { ...SSE, ...from(1) }),
    post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD] }, from(1)),
  ]
  await inFlight(5)
  expect(begun).toBe(3)
  solver.pause = pause
  expect((await post('/v1/solve', solve, from(2))).status).toBe(200)
  open()
  for (const response of await Promise.all(first)) {
    expect(response.status).toBe(200)
    await response.text()
  }
})

test.each<[string, string, object, Record<string, string>]>([
  ['a solve', '/v1/solve', solve, {}],
  ['a stream', '/v1/solve', solve, SSE],
  ['a batch', '/v1/solve/batch', { task: 'sudoku', boards: [BOARD] }, {}],
])('%s keeps its place however long it takes, and gives it back', async (_, path, body, headers) => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  try {
    const { post, solver } = fakeApp({ limits: { maxInFlight: 1 } })
    const { pause } = solver
    const refused: number[] = []
    solver.pause = async () => {
      vi.advanceTimersByTime(3_600_000)
      refused.push((await post('/v1/solve', solve)).status)
      await pause()
    }
    await (await post(path, body, headers)).text()
    expect(refused).toEqual([503, 503, 503])
    solver.pause = pause
    expect((await post('/v1/solve', solve)).status).toBe(200)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('what is known is answered even while every place is taken, and takes none', async () => {
  const { post, solver, inFlight } = fakeApp({ limits: { maxInFlight: 1 }, cache: memoryCache(10) })
  expect((await post('/v1/solve', solve)).status).toBe(200)
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  solver.pause = () => gate
  const running = post('/v1/solve', { ...solve, seed: 1 })
  await inFlight(1)
  expect((await post('/v1/solve', { ...solve, seed: 2 })).status).toBe(503)
  expect((await post('/v1/solve', solve)).status).toBe(200)
  open()
  expect((await running).status).toBe(200)
  for (let i = 0; i < 3; i++) expect((await post('/v1/solve', solve)).status).toBe(200)
  expect((await post('/v1/solve', { ...solve, seed: 3 })).status).toBe(200)
})

test('a failing engine is 503, without its words', async () => {
  const { post, solver, lines } = fakeApp()
  solver.failure = new HrmError('engine_failed', 'unreachable at 0x1234')
  const response = await post('/v1/solve', solve)
  expect(response.status).toBe(503)
  const problem = await problemOf(response)
  expect(problem.code).toBe('engine_failed')
  expect(problem.detail).not.toContain('0x1234')
  expect(lines).toContainEqual(expect.objectContaining({ event: 'error', message: 'unreachable at 0x1234' }))
})
