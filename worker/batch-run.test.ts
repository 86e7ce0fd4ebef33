import { expect, test } from 'vitest'
import { BOARD, CONFLICT, fakeApp, problemOf } from './test-support.ts'

test('a batch is solved in waves, each on its part of what the ones before have left', async () => {
  const { post, solver } = fakeApp({ limits: { batchWave: 2 } })
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
