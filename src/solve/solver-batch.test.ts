import { describe, expect, it, vi } from 'vitest'
import { EMPTY_4X4, faultOf, OPEN_6X6, PUZZLES_4X4, SHAPES, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { echo, fakeSolver, oracle, stepsRun } from '../../tests/helpers/fake-solver.ts'

const [[BOARD, SOLUTION]] = PUZZLES_4X4

describe('solveBatch', () => {
  it('keeps the order of the boards, whatever their sizes, and tells its progress', async () => {
    const { solver } = fakeSolver(oracle(2), { slots: 2 })
    const boards = [BOARD, OPEN_6X6, UNSOLVABLE_4X4, PUZZLES_4X4[1][0], OPEN_6X6, PUZZLES_4X4[2][0]]
    const onProgress = vi.fn()
    const results = await solver.solveBatch(boards, { maxSteps: 30, onProgress })
    expect(results.map(({ status }) => status)).toEqual(['solved', 'solved', 'unsolved', 'solved', 'solved', 'solved'])
    expect(results[0].solution).toBe(SOLUTION)
    expect(results[3].solution).toBe(PUZZLES_4X4[1][1])
    expect(results[5].solution).toBe(PUZZLES_4X4[2][1])
    expect(faultOf(OPEN_6X6, results[1].solution!, SHAPES['6x6'])).toBeUndefined()
    const calls = onProgress.mock.calls.map(([progress]) => progress)
    expect(calls.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6])
    expect(calls.every(({ total }) => total === 6)).toBe(true)
    expect(calls.at(-1)).toEqual({ done: 6, total: 6, solved: 5 })
  })

  it('gives each board what it would get alone', async () => {
    const boards = [EMPTY_4X4, ...PUZZLES_4X4.map(([board]) => board), UNSOLVABLE_4X4]
    const { solver } = fakeSolver(echo, { slots: 3 })
    const together = await solver.solveBatch(boards, { maxSteps: 60, seed: 4 })
    for (const [i, board] of boards.entries()) {
      expect(together[i]).toEqual(await solver.solve(board, { maxSteps: 60, seed: 4 }))
    }
  })

  it('refills a slot for the very next step', async () => {
    const { solver, engines } = fakeSolver(oracle(3), { slots: 2 })
    // A full board is read off its givens at the first step; the others take three.
    await solver.solveBatch([BOARD, SOLUTION, SOLUTION, SOLUTION, BOARD])
    const [{ calls }] = engines
    expect(calls.slice(0, 6).flat()).toEqual([
      calls[0][0],
      calls[1][0],
      calls[0][0],
      calls[1][0],
      calls[0][0],
      calls[1][0],
    ])
    expect(calls).toHaveLength(9)
  })

  it('is computed board by board, on a GPU all of a step at once', async () => {
    for (const [backend, lengths] of [
      ['wasm', [1, 1, 1, 1]],
      ['webgpu', [2, 2]],
    ] as const) {
      const { solver, engines } = fakeSolver(oracle(2), { slots: 2 })
      engines[0].backend = backend
      await solver.solveBatch([BOARD, BOARD])
      expect(engines[0].calls.map((call) => call.length)).toEqual(lengths)
    }
  })

  it('lets a single solve in between', async () => {
    const { solver } = fakeSolver(oracle(2), { slots: 1 })
    let done = 0
    const batch = solver.solveBatch(
      Array.from({ length: 50 }, () => BOARD),
      {
        onProgress: (progress) => {
          done = progress.done
        },
      },
    )
    await solver.solve(BOARD)
    expect(done).toBeLessThan(5)
    expect(await batch).toHaveLength(50)
  })

  it('refuses a bad board by its number before any work', async () => {
    const { solver, engines } = fakeSolver(oracle(1))
    const error = await expectHrmRejection(
      solver.solveBatch([BOARD, '11'.padEnd(16, '.')]),
      'board_conflict',
      'board 2: 1 stands',
    )
    expect(error.cells.map(({ index }) => index)).toEqual([0, 1])
    await expectHrmRejection(solver.solveBatch([BOARD, 7 as never]), 'board_type', 'board 2: a board is a string')
    await expectHrmRejection(solver.solveBatch(BOARD as never), 'option_invalid', 'boards must be an array of strings')
    expect(stepsRun(engines)).toBe(0)
  })

  it('does nothing for no boards', async () => {
    expect(await fakeSolver(oracle(1)).solver.solveBatch([])).toEqual([])
  })

  it("frees its slots when a caller's onProgress throws", async () => {
    const { solver } = fakeSolver(oracle(1), { slots: 2 })
    const onProgress = () => {
      throw new Error('of the caller')
    }
    await expect(solver.solveBatch([BOARD, BOARD, BOARD], { onProgress })).rejects.toThrow('of the caller')
    expect(await Promise.all([solver.solve(BOARD), solver.solve(BOARD)])).toHaveLength(2)
  })
})
