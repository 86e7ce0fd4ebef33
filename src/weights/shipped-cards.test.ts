import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EASY_9X9 } from '../../tests/helpers/boards.ts'
import { createSolver } from '../index.ts'

const folder = new URL('../../model/weights/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'))

test('both regimes of Sudoku ship, and mazes', () =>
  expect(files).toEqual(['maze.safetensors', 'sudoku-1k.safetensors', 'sudoku.safetensors']))

const MAZE = { board: 'S # \n  # \n   G', solution: 'S # o # oooG' }
/** A board to solve, and the benchmark's own test of each task. */
const TASKS: Record<string, { easy: { board: string; solution: string }; test: string; max_steps: number }> = {
  sudoku: { easy: EASY_9X9, test: 'sudoku-extreme-test-2000', max_steps: 1024 },
  maze: { easy: MAZE, test: 'maze-30x30-hard-test-200', max_steps: 256 },
}

test.each(files)('%s loads, solves, and its card is whole', async (name) => {
  const solver = await createSolver({ weights: new URL(name, folder), backend: 'wasm' })
  const { card, parameters } = solver.model
  const { easy, test, max_steps } = TASKS[solver.task]
  expect(await solver.solve(easy.board, { maxSteps: 64 })).toMatchObject({ solution: easy.solution })
  expect(parameters).toBeLessThanOrEqual(500_000)
  expect(card).toMatchObject({
    name: expect.stringContaining(solver.task),
    regime: expect.stringMatching(/^(full|1k)$/),
    license: 'Apache-2.0',
    steps: expect.any(Number),
    hours: expect.any(Number),
    hardware: expect.any(String),
    seed: expect.any(Number),
    commit: expect.stringMatching(/^[0-9a-f]{7,40}$/),
    config: expect.stringMatching(/^configs\//),
  })
  expect(card.data!.length).toBeGreaterThan(0)
  for (const { source } of card.data!) expect(source).toBeTruthy()
  const official = card.scores!.find((score) => score.data.startsWith(test))
  expect(official).toMatchObject({
    max_steps,
    wrong: 0,
    mean_steps: expect.any(Number),
    date: expect.any(String),
  })
  for (const { date, engine, wrong = 0 } of card.scores!) {
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(engine).toBeTruthy()
    expect(wrong).toBe(0)
  }
  solver.dispose()
})
