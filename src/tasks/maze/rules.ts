import { HrmError } from '../../errors.ts'
import { cellAt, nameCell } from '../cells.ts'
import type { BoardShape } from '../lists.ts'
import { FREE, GOAL, PATH, START, WALL } from './parse.ts'

/**
 * Moves of the shortest way from S to G over the cells that may be walked; undefined where there is none.
 * @param cells symbols from 1
 */
export function movesOf(
  cells: Uint8Array,
  { rows, cols }: BoardShape,
  mayWalk: (symbol: number) => boolean,
): number | undefined {
  const moves = new Int32Array(cells.length).fill(-1)
  const queue = [cells.indexOf(START)]
  moves[queue[0]] = 0
  for (const at of queue) {
    if (cells[at] === GOAL) return moves[at]
    const row = Math.floor(at / cols)
    const column = at - row * cols
    const reach = (to: number) => {
      if (moves[to] >= 0 || !mayWalk(cells[to])) return
      moves[to] = moves[at] + 1
      queue.push(to)
    }
    if (row + 1 < rows) reach(at + cols)
    if (column > 0) reach(at - 1)
    if (column + 1 < cols) reach(at + 1)
    if (row > 0) reach(at - cols)
  }
  return undefined
}

/**
 * One start, one goal and a way between them.
 * @throws HrmError `board_conflict`
 */
export function checkMaze(cells: Uint8Array, shape: BoardShape): void {
  for (const [symbol, name] of [
    [START, 'S'],
    [GOAL, 'G'],
  ] as const) {
    const at = [...cells.keys()].filter((cell) => cells[cell] === symbol).map((cell) => cellAt(cell, shape))
    if (at.length === 0) throw new HrmError('board_conflict', `the maze has no ${name}`)
    if (at.length > 1) {
      const more = at.length > 2 ? ` (and ${at.length - 2} more)` : ''
      const where = at.slice(0, 2).map(nameCell).join(' and at ')
      throw new HrmError('board_conflict', `the maze has ${name} at ${where}${more}`, { cells: at })
    }
  }
  if (movesOf(cells, shape, (symbol) => symbol !== WALL) === undefined) {
    const ends = [START, GOAL].map((symbol) => cellAt(cells.indexOf(symbol), shape))
    throw new HrmError('board_conflict', 'no way leads from S to G', { cells: ends })
  }
}

/**
 * Whether `cells` is the maze with one of its shortest ways drawn in and nothing else.
 * @param question 0 where the maze is free
 */
export function isShortestWay(question: Uint8Array, cells: Uint8Array, shape: BoardShape): boolean {
  const kept = question.every((symbol, cell) =>
    symbol === 0 ? cells[cell] === FREE || cells[cell] === PATH : cells[cell] === symbol,
  )
  if (!kept) return false
  const drawn = cells.reduce((sum, symbol) => sum + (symbol === PATH ? 1 : 0), 0)
  // No way along drawn cells that takes as many moves as there are of them leaves one out.
  return (
    movesOf(cells, shape, (symbol) => symbol === PATH || symbol === GOAL) === drawn + 1 &&
    movesOf(cells, shape, (symbol) => symbol !== WALL) === drawn + 1
  )
}
