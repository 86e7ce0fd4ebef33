import { expect, test } from 'vitest'
import { createSolver } from '../src/index.ts'
import { CANDIDATES_9X9 } from '../tests/helpers/configs.ts'
import type { FakeEngine } from '../tests/helpers/fake-engine.ts'
import { fakeSolver, noOpinion } from '../tests/helpers/fake-solver.ts'
import { SMALL } from '../tests/worker/boards.ts'
import { BOARD, CONFLICT, fakeApp, problemOf } from './test-support.ts'

test('a batch is solved in groups, each on its part of what the ones before have left', async () => {
  const { post, solver } = fakeApp({ limits: { turnsEach: 2 } })
  const { solveBatch } = solver
  const waves: [boards: number, maxSteps: number | undefined][] = []
  solver.solveBatch = (boards, options) => {
    waves.push([boards.length, options?.maxSteps])
    return solveBatch(boards, options)
  }
  const boards = [BOARD, BOARD, BOARD, BOARD, BOARD] // three steps each
  const response = await post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 50 })
  expect(await response.json()).toMatchObject({ solved: 5, steps: 15 })
  expect(waves).toEqual([
    [2, 10],
    [2, 14],
    [1, 38],
  ])
})

test.each<[string, 'reference' | 'webgpu', number, string[], number[]]>([
  ['up to 9x9', 'reference', 8, [BOARD, BOARD, BOARD, BOARD], [3, 1]],
  ['of 16x16, which have two slots,', 'reference', 8, Array(3).fill('.'.repeat(256)), [1, 1, 1]],
  ['of several sizes, as of the largest,', 'reference', 8, ['.'.repeat(256), BOARD], [1, 1]],
  ['of 10x10 on a GPU, which has 47 slots for them,', 'webgpu', 64, Array(64).fill('.'.repeat(100)), [47, 17]],
])('a wave of boards %s is what one caller may have computed at a time, whoever asks', async (...row) => {
  const [, backend, slots, boards, expected] = row
  const wrap = (engine: FakeEngine) => Object.assign(engine, { backend })
  const { solver } = fakeSolver(noOpinion, { config: CANDIDATES_9X9, slots, wrap })
  const { post } = fakeApp({ solvers: new Map([['sudoku', async () => solver]]) })
  const { solveBatch } = solver
  let waves: number[] = []
  solver.solveBatch = (wave, options) => {
    waves.push(wave.length)
    return solveBatch(wave, options)
  }
  const answers: unknown[] = []
  for (const from of [undefined, { 'CF-Connecting-IP': '192.0.2.1' }]) {
    waves = []
    const response = await post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 64 }, from)
    answers.push(await response.json())
    expect(waves).toEqual(expected)
  }
  expect(answers[1]).toEqual(answers[0])
})

test.each([2, 4, 8])('a batch has the answer that it has elsewhere where there are %d slots', async (slots) => {
  const { solver } = fakeSolver(noOpinion, { config: CANDIDATES_9X9, slots })
  const { post } = fakeApp({ solvers: new Map([['sudoku', async () => solver]]) })
  // of 10x10 none can be solved so soon, and of the last group each may spend what the first left
  const boards = Array<string>(4).fill('.'.repeat(100))
  const response = await post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 27 })
  const { results } = (await response.json()) as { results: { steps: number }[] }
  expect(results.map(({ steps }) => steps)).toEqual([6, 6, 6, 9])
})

test('a batch of several sizes makes no engines over and over', async () => {
  const made: number[] = []
  const wrap = (engine: FakeEngine) => {
    made.push(engine.slots)
    return engine
  }
  const { solver } = fakeSolver(noOpinion, { config: CANDIDATES_9X9, slots: 8, wrap })
  const { post } = fakeApp({ solvers: new Map([['sudoku', async () => solver]]) })
  const boards = [...Array<string>(12).fill(BOARD), '.'.repeat(256)]
  expect((await post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 64 })).status).toBe(200)
  expect(made.length).toBeLessThan(5)
})

test("a batch leaves a slot of the engine to the next caller, and its caller's solves wait for it", async () => {
  const solver = await createSolver({ task: 'sudoku', slots: 4 })
  try {
    const { post, lines } = fakeApp({ solvers: new Map([['sudoku', async () => solver]]) })
    const { solveBatch } = solver
    const begun = Promise.withResolvers<void>()
    solver.solveBatch = (...wave) => {
      begun.resolve()
      return solveBatch(...wave)
    }
    const one = { 'CF-Connecting-IP': '192.0.2.1' }
    const boards = Array<string>(4).fill('.2341...........') // nothing goes into the first cell
    const batch = post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 100 }, one)
    await begun.promise
    const own = post('/v1/solve', { task: 'sudoku', board: SMALL }, one)
    await post('/v1/solve', { task: 'sudoku', board: SMALL }, { 'CF-Connecting-IP': '192.0.2.2' })
    expect(lines).toMatchObject([{ boards: 1, solved: 1 }])
    await Promise.all([batch, own])
    expect(lines.slice(1)).toMatchObject([{ boards: 4, steps: 100 }, { boards: 1 }])
  } finally {
    solver.dispose()
  }
})

test('a batch leaves a slot too where boards as small as these are large for the model', async () => {
  const { solver } = fakeSolver(noOpinion, { slots: 4 }) // of 4x4: two of 6x6
  const { post, lines } = fakeApp({ solvers: new Map([['sudoku', async () => solver]]) })
  const from = (host: number) => ({ 'CF-Connecting-IP': `192.0.2.${host}` })
  const ask = (host: number, maxSteps: number) =>
    post('/v1/solve', { task: 'sudoku', board: '.'.repeat(36), maxSteps }, from(host))
  const first = [ask(1, 1000), ask(1, 1000), ask(1, 1000)]
  await ask(2, 3)
  expect(lines).toMatchObject([{ steps: 3 }])
  await Promise.all(first)
})

test.each([
  ['a bad board', { boards: [BOARD, CONFLICT] }, 'board_conflict', 1024],
  ['too small a budget', { boards: [BOARD, BOARD], maxSteps: 1 }, 'option_invalid', 1],
  ['a full service', { boards: [BOARD, BOARD], maxSteps: 20 }, 'overloaded', 20],
])('a batch refused for %s is a line in the log', async (_, request, outcome, maxSteps) => {
  const { post, lines } = fakeApp({ limits: { maxInFlight: outcome === 'overloaded' ? 0 : 1 } })
  await post('/v1/solve/batch', { task: 'sudoku', ...request })
  expect(lines).toEqual([
    expect.objectContaining({ event: 'solve', boards: 2, solved: 0, steps: 0, maxSteps, outcome }),
  ])
})

test('batches of several sizes need room each for itself, also under one request id', async () => {
  const { post, solver } = fakeApp({ limits: { maxRoom: 1.5 } })
  let free = () => {}
  const isFree = new Promise<void>((resolve) => {
    free = resolve
  })
  solver.pause = () => isFree
  const send = (boards: string[]) => post('/v1/solve/batch', { task: 'sudoku', boards }, { 'X-Request-Id': 'same' })
  const mixed = [BOARD, '.'.repeat(16)]
  const first = send(mixed)
  const second = await send(mixed)
  expect([second.status, (await problemOf(second)).code]).toEqual([503, 'overloaded'])
  free()
  expect((await first).status).toBe(200)
  expect((await send(mixed)).status).toBe(200)
})
