import { expect, it } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { tinyFile } from '../../tests/helpers/weights-file.ts'
import { createSolver } from '../index.ts'

// Random weights find no way; what counts is that boards of one size never meet the engine of another.

const TALL = 'S \n  \n  \n  \n  \nG '
const WIDE = 'S     \nG     '

it('solves mazes of many shapes in one batch as it solves them alone', async () => {
  const solver = await createSolver({ weights: tinyFile(MAZE), slots: 3 })
  const boards = [TALL, WIDE, 'SG\n  ', WIDE, 'S  G        ', TALL]
  const options = { maxSteps: 6, seed: 3 }
  const alone = []
  for (const board of boards) alone.push(await solver.solve(board, options))
  expect(await solver.solveBatch(boards, options)).toEqual(alone)
  const steps = []
  for await (const step of solver.steps(TALL, options)) steps.push(step)
  expect(steps.every(({ board }) => board.length === 12)).toBe(true)
  expect(steps.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 2, 2])
  solver.dispose()
})
