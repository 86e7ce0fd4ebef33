import { expect, test, vi } from 'vitest'
import { HrmError } from '../../src/errors.ts'
import type { Solver } from '../../src/solve/types.ts'
import { proved } from '../readiness.ts'
import { lazySolver } from '../service.ts'
import { BOARD, fakeApp, fakeSolver, problemOf } from '../test-support.ts'

test('models, one by one and together', async () => {
  const { app } = fakeApp()
  const list = (await (await app.request('/v1/models')).json()) as { models: { id: string }[] }
  expect(list.models).toEqual([
    {
      id: 'fake',
      task: 'sudoku',
      parameters: 53_409,
      dtype: 'int8',
      bytes: 60_000,
      sha256: 'f'.repeat(64),
      haltMaxSteps: 16,
      license: null,
      scores: [],
    },
  ])
  expect(await (await app.request('/v1/models/fake')).json()).toEqual(list.models[0])
})

test('a task of any size tells its sizes, one of a fixed size its own', async () => {
  const sizesWith = async (config: Partial<Solver['model']['config']>) => {
    const solver = fakeSolver()
    const changed = { ...solver, model: { ...solver.model, config: { ...solver.model.config, ...config } } }
    const { app } = fakeApp({ solvers: new Map([['sudoku', async () => changed]]) })
    const { tasks } = (await (await app.request('/v1/tasks')).json()) as { tasks: { boardLengths: number[] }[] }
    return tasks[0].boardLengths
  }
  expect(await sizesWith({})).toEqual(expect.arrayContaining([16, 36, 81, 256]))
  expect(await sizesWith({ token_kind: 'cells' })).toEqual([81])
})

test('/health loads no model; /ready does, and solves a board once', async () => {
  let loads = 0
  const solver = fakeSolver()
  const load = lazySolver(async () => {
    loads++
    return solver
  })
  const { app } = fakeApp({ solvers: new Map([['sudoku', load]]) })
  expect(await (await app.request('/health')).json()).toEqual({ status: 'ok' })
  expect(loads).toBe(0)
  for (let i = 0; i < 2; i++) {
    const response = await app.request('/ready')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'ready', models: [{ task: 'sudoku', model: 'fake' }] })
  }
  expect(loads).toBe(1)
  expect(solver.computed).toBe(3)
})

test('a model that solves nothing is not ready', async () => {
  const solver = fakeSolver()
  const useless = { ...solver, solve: (_: string, options = {}) => solver.solve('.'.repeat(81), options) }
  const { app } = fakeApp({ solvers: new Map([['sudoku', async () => useless]]) })
  for (let i = 0; i < 2; i++) {
    const response = await app.request('/ready')
    expect(response.status).toBe(503)
    expect(response.headers.has('Retry-After')).toBe(true)
    expect((await problemOf(response)).code).toBe('not_ready')
  }
  expect(solver.computed).toBe(64) // what it cannot do once it cannot do again
})

test('/ready takes no place among the solves in flight, and solves once for all who ask', async () => {
  const { app, post, solver, lines } = fakeApp({ limits: { maxInFlight: 1 } })
  const { pause } = solver
  const pauses = [() => new Promise(() => {})]
  solver.pause = () => (pauses.shift() ?? pause)()
  post('/v1/solve', { task: 'sudoku', board: BOARD })
  await expect.poll(() => pauses.length).toBe(0)
  const answers = await Promise.all([1, 2, 3].map(() => app.request('/ready')))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(solver.computed).toBe(3)
  expect(lines).toEqual([])
})

test('an engine that failed once is tried again by who asks /ready next', async () => {
  const { app, solver } = fakeApp()
  solver.failure = new HrmError('engine_failed', 'unreachable')
  expect((await app.request('/ready')).status).toBe(503)
  solver.failure = undefined
  expect((await app.request('/ready')).status).toBe(200)
})

test('/ready waits for nobody once a solver is proved as it is made', async () => {
  const solver = fakeSolver()
  const load = lazySolver(async () => proved(solver))
  const { app, post } = fakeApp({ solvers: new Map([['sudoku', load]]) })
  solver.pause = vi.fn(solver.pause)
  await post('/v1/solve', { task: 'sudoku', board: BOARD })
  expect(solver.pause).toHaveBeenCalledTimes(6)
  solver.pause = () => new Promise(() => {}) // no slot of the engine comes free
  expect((await app.request('/ready')).status).toBe(200)
})

test('corrupt weights are 503 with their code on every route that needs them, and are tried again', async () => {
  let broken = true
  const load = lazySolver(async () => {
    if (broken) throw new HrmError('weights_scale', 'H_level.layers.0 row 3 of the file at /srv')
    return fakeSolver()
  })
  const { app, post } = fakeApp({ solvers: new Map([['sudoku', load]]) })
  const ask = () => [
    app.request('/ready'),
    app.request('/v1/models'),
    app.request('/v1/tasks'),
    post('/v1/solve', { task: 'sudoku', board: BOARD }),
    post('/v1/solve', { task: 'sudoku', board: BOARD }, { Accept: 'text/event-stream' }),
    post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD] }),
  ]
  for (const response of await Promise.all(ask())) {
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('60')
    const problem = await problemOf(response)
    expect(problem.code).toBe('weights_scale')
    expect(problem.detail).not.toContain('/srv')
  }
  broken = false
  for (const response of await Promise.all(ask())) expect(response.status).toBe(200)
})
