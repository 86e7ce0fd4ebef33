// The mazes that anyone draws first, with the weights that ship.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSolver } from '../index.ts'
import type { Solver } from './types.ts'

let solver: Solver
beforeAll(async () => {
  solver = await createSolver({ task: 'maze' })
})
afterAll(() => solver.dispose())

/** A room without walls, S and G in the cells of these numbers. */
function room(rows: number, cols: number, start: number, goal: number): string {
  const cells = Array.from({ length: rows * cols }, (_, cell) => (cell === start ? 'S' : cell === goal ? 'G' : ' '))
  return Array.from({ length: rows }, (_, row) => cells.slice(row * cols, (row + 1) * cols).join('')).join('\n')
}

const unsolved = async (boards: string[]) => {
  const results = await solver.solveBatch(boards, { maxSteps: 256 })
  return boards.filter((_, i) => results[i].status !== 'solved')
}

it('empty rooms are solved from corner to corner', async () => {
  const sides = [1, 2, 3, 5, 8, 12]
  const boards = sides.slice(1).flatMap((rows) =>
    sides.flatMap((cols) => {
      const [last, topRight, bottomLeft] = [rows * cols - 1, cols - 1, (rows - 1) * cols]
      const across = [room(rows, cols, 0, last), room(rows, cols, last, 0)]
      return cols === 1
        ? across
        : [...across, room(rows, cols, topRight, bottomLeft), room(rows, cols, bottomLeft, topRight)]
    }),
  )
  expect(await unsolved(boards)).toEqual([])
})

it('an empty room is solved from every cell to every other', async () => {
  const pairs = Array.from({ length: 25 * 25 }, (_, i) => [Math.floor(i / 25), i % 25])
  expect(await unsolved(pairs.filter(([s, g]) => s !== g).map(([s, g]) => room(5, 5, s, g)))).toEqual([])
})
