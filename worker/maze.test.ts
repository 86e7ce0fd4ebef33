// Mazes at the service, by a model of random weights that reads any size.
import { beforeAll, expect, test } from 'vitest'
import { createSolver } from '../src/index.ts'
import type { Solver } from '../src/solve/types.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import { GRID_LISTS } from '../tests/helpers/configs.ts'
import { tinyFile } from '../tests/helpers/weights-file.ts'
import { resultKey } from './cache.ts'
import { canonicalBoard } from './task-of.ts'
import { fakeApp, problemOf } from './test-support.ts'

const config: ModelConfig = {
  ...GRID_LISTS,
  vocab_size: 5,
  output_size: 5,
  lists: Array(GRID_LISTS.num_heads).fill('neighbours'),
  seq_len: 16,
  task: { name: 'maze', kind: 'maze', rows: 4, cols: 4, symbols: ['#', ' ', 'S', 'G', 'o'] },
}
/** Its first and last cells are free. */
const BOARD = ' #  \nS# G\n #  \n    '

const solverOf = (overrides: Partial<ModelConfig> = {}) =>
  createSolver({ weights: tinyFile({ ...config, ...overrides }), backend: 'reference' })

let solver: Solver
beforeAll(async () => {
  solver = await solverOf()
})
const appWith = (served: Solver = solver) => fakeApp({ solvers: new Map([['maze', async () => served]]) })

test('/v1/tasks tells the kind, whether any size is read, and what the symbols mean', async () => {
  const taskWith = async (served: Solver) => {
    const { tasks } = (await (await appWith(served).app.request('/v1/tasks')).json()) as { tasks: object[] }
    return tasks[0]
  }
  const task = { name: 'maze', kind: 'maze', rows: 4, cols: 4, boardLengths: [16], maxSteps: [1024], verified: true }
  expect(await taskWith(solver)).toMatchObject({ ...task, anySize: true })
  expect(await taskWith(solver)).toMatchObject({
    symbols: ['#', ' ', 'S', 'G', 'o'].map((symbol) => ({ symbol, meaning: expect.any(String) })),
  })
  const fixed = await solverOf({ lists: [...config.lists.slice(1), 'row'] })
  expect(await taskWith(fixed)).toMatchObject({ ...task, anySize: false, example: 'SG'.padEnd(16) })
  fixed.dispose()
})

test('an example board is read, whatever the size of the model', async () => {
  const fixed = await solverOf({ lists: [...config.lists.slice(1), 'row'] })
  const { app, post } = appWith(fixed)
  const { tasks } = (await (await app.request('/v1/tasks')).json()) as { tasks: { example: string }[] }
  expect((await post('/v1/solve', { task: 'maze', board: tasks[0].example, maxSteps: 1 })).status).toBe(200)
  expect((await app.request('/ready')).status).toBe(200)
  fixed.dispose()
})

test('a board keeps its shape and its blanks in the spelling that caches know', () => {
  for (const spelt of [
    BOARD,
    `${BOARD}\n`,
    BOARD.replaceAll('\n', '\r\n'),
    BOARD.replaceAll('\n', ''),
    BOARD.replaceAll(' ', '.'),
  ]) {
    expect(canonicalBoard(solver, spelt)).toBe(canonicalBoard(solver, BOARD))
  }
  // of as many cells
  const shapes = ['S     \n      \n    # \n     G', 'S       \n        \n  #    G'].map((board) =>
    canonicalBoard(solver, board),
  )
  expect(new Set(shapes).size).toBe(2)
  expect(shapes.map((board) => canonicalBoard(solver, board))).toEqual(shapes)
})

test('boards that differ in a blank at an end have keys of their own', async () => {
  const keys = await Promise.all(
    ['S G\n  #\n   ', 'S G\n  #\n  #', '#SG\n  #\n   ', ' SG\n  #\n   '].map((board) =>
      resultKey('f', { task: 'maze', board: canonicalBoard(solver, board), maxSteps: 1, seed: 0 }),
    ),
  )
  expect(new Set(keys).size).toBe(4)
})

test('a maze without a way is told as what it is', async () => {
  const refused = await appWith().post('/v1/solve', { task: 'maze', board: 'S#\n#G' })
  expect(await problemOf(refused)).toMatchObject({
    code: 'board_conflict',
    title: 'The board breaks a rule of its task',
    detail: 'no way leads from S to G',
  })
})

test('a board may have 2,115 characters', async () => {
  const { post } = appWith()
  const refused = await post('/v1/solve', { task: 'maze', board: ' '.repeat(2116) })
  expect(await problemOf(refused)).toMatchObject({ code: 'board_length' })
})

test('so many mazes of different sizes at once as memory has room for; more are told to come again', async () => {
  const { post } = fakeApp({ solvers: new Map([['maze', async () => solver]]), limits: { maxRoom: 0.06 } })
  const square = (side: number) =>
    ['S'.padEnd(side), ...Array(side - 2).fill(' '.repeat(side)), 'G'.padStart(side)].join('\n')
  const ask = (side: number) => post('/v1/solve', { task: 'maze', board: square(side), maxSteps: 200 })
  const responses = await Promise.all([4, 4, 5, 6, 7].map(ask))
  // 16 and 25 tokens of 729 are below 0.06, 36 more are not
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 503, 503])
  expect(responses[3].headers.get('Retry-After')).toBe('1')
  expect((await ask(7)).status).toBe(200)
})
