import { createRandom } from '../../src/numerics/random.ts'
import type { BoardShape } from '../../src/tasks/lists.ts'
import { solvedBoard, textOf } from '../helpers/boards.ts'

/** Puzzles of this shape, all different, each with one solution and no given that could be spared. */
export function puzzlesOf(shape: BoardShape, count: number): string[] {
  const puzzles = new Set<string>()
  for (let seed = 1; puzzles.size < count; seed++) puzzles.add(textOf(sparest(solvedBoard(shape, seed), shape, seed)))
  return [...puzzles]
}

function sparest(board: Uint8Array, shape: BoardShape, seed: number): Uint8Array {
  const { next } = createRandom(seed)
  const order = Array.from(board, (_, cell) => ({ cell, at: next() })).sort((a, b) => a.at - b.at)
  for (const { cell } of order) {
    const symbol = board[cell]
    board[cell] = 0
    if (solutions(board, shape) > 1) board[cell] = symbol
  }
  return board
}

/** Counted up to two, always filling the cell that fits the fewest symbols. */
function solutions(board: Uint8Array, shape: BoardShape): number {
  let [best, fits] = [-1, [] as number[]]
  for (let cell = 0; cell < board.length; cell++) {
    if (board[cell] > 0) continue
    const open = fitting(board, cell, shape)
    if (best < 0 || open.length < fits.length) [best, fits] = [cell, open]
  }
  if (best < 0) return 1
  let found = 0
  for (const symbol of fits) {
    board[best] = symbol
    found += solutions(board, shape)
    if (found > 1) break
  }
  board[best] = 0
  return Math.min(2, found)
}

function fitting(board: Uint8Array, cell: number, { rows: n, boxRows, boxCols }: BoardShape): number[] {
  const taken = new Set<number>()
  const [r, c] = [Math.floor(cell / n), cell % n]
  for (let i = 0; i < n; i++) {
    const row = r - (r % boxRows) + Math.floor(i / boxCols)
    const column = c - (c % boxCols) + (i % boxCols)
    for (const at of [r * n + i, i * n + c, row * n + column]) taken.add(board[at])
  }
  return Array.from({ length: n }, (_, i) => i + 1).filter((symbol) => !taken.has(symbol))
}
