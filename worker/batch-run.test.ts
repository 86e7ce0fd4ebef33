import { expect, test } from 'vitest'
import { BOARD, fakeApp } from './test-support.ts'

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
