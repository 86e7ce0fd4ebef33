import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EASY_9X9, EMPTY_4X4, faultOf, PUZZLES_4X4, SHAPES, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { createSolver } from '../index.ts'
import type { Solver } from './types.ts'

// The weights that ship, on real engines. The reference engine is slow, so its boards are of 4x4.

const backends = ['reference', 'wasm'] as const
const solvers = new Map<string, Solver>()
beforeAll(async () => {
  for (const backend of backends) solvers.set(backend, await createSolver({ task: 'sudoku', backend, slots: 2 }))
})
afterAll(() => {
  for (const solver of solvers.values()) solver.dispose()
})

describe.each(backends)('the weights that ship, on %s', (backend) => {
  it('solve 4x4 boards by the rules, with their givens', async () => {
    const boards = [...PUZZLES_4X4.slice(0, 2).map(([board]) => board), EMPTY_4X4]
    const results = await solvers.get(backend)!.solveBatch(boards, { maxSteps: 200 })
    for (const [i, { status, solution, verified }] of results.entries()) {
      expect([status, verified]).toEqual(['solved', true])
      expect(faultOf(boards[i], solution!, SHAPES['4x4'])).toBeUndefined()
    }
  })

  it('say unsolved of a board without solution, after just as many steps as allowed', async () => {
    const result = await solvers.get(backend)!.solve(UNSOLVABLE_4X4, { maxSteps: 7 })
    expect(result).toMatchObject({ status: 'unsolved', solution: null, steps: 7, verified: false })
  })
})

describe('the two engines', () => {
  it('go through the same steps, number for number', async () => {
    const traces = await Promise.all(
      backends.map((backend) => collect(solvers.get(backend)!.steps(PUZZLES_4X4[2][0], { maxSteps: 40, seed: 9 }))),
    )
    expect(traces[1]).toEqual(traces[0])
  })
})

describe('wasm', () => {
  it('solves an easy 9x9 board at the first attempt', async () => {
    const result = await solvers.get('wasm')!.solve(EASY_9X9.board)
    expect(result).toMatchObject({ status: 'solved', solution: EASY_9X9.solution, attempts: 1, verified: true })
    expect(result.steps).toBeLessThanOrEqual(16)
  })

  it('gives a board of a batch what it gives it alone', async () => {
    const solver = solvers.get('wasm')!
    const boards = [EASY_9X9.board, PUZZLES_4X4[0][0], EASY_9X9.board, '.'.repeat(81)]
    const together = await solver.solveBatch(boards, { maxSteps: 64 })
    for (const [i, board] of boards.entries()) expect(together[i]).toEqual(await solver.solve(board, { maxSteps: 64 }))
  })

  // Whoever changes these, by anything but other weights, changes answers that are kept: ALGORITHM in worker/cache.ts goes up.
  it.each([
    ['3....1.....9.4..6..2.9..8...3.6...5...2.9.7..4.......8..34...7..5...9..12...7.5..', 22, 7],
    ['.....6....59.....82....8....45........3........6..3.54...325..6..................', 36, 13],
    ['.'.repeat(81), 8, 8],
  ])('searches the hard board %s in as many steps and attempts as ever', async (board, steps, attempts) => {
    expect(await solvers.get('wasm')!.solve(board)).toMatchObject({ status: 'solved', steps, attempts })
  })
})
