import { unitsOf } from '../../src/tasks/sudoku/rules.ts'

/** A 9x9 board is 81 characters, row by row; `.` is an empty cell. */
export const SIZE = 9
export const CELLS = SIZE * SIZE
export const EMPTY_BOARD = '.'.repeat(CELLS)

export const rowOf = (index: number) => Math.floor(index / SIZE)
export const columnOf = (index: number) => index % SIZE

/** The name of a cell for people: `row 3, column 5`. */
export const cellName = (index: number) => `row ${rowOf(index) + 1}, column ${columnOf(index) + 1}`

export const withCell = (board: string, index: number, symbol: string) =>
  board.slice(0, index) + symbol + board.slice(index + 1)

export const countFilled = (board: string) => CELLS - board.split('.').length + 1

const UNITS = unitsOf({ rows: SIZE, cols: SIZE, boxRows: 3, boxCols: 3 })

/** Of every cell: the others of its row, column and box. */
const PEERS = Array.from({ length: CELLS }, (_, index) => {
  const peers = new Set(UNITS.filter((unit) => unit.includes(index)).flat())
  peers.delete(index)
  return [...peers].sort((a, b) => a - b)
})

/** The other cells of this one's row, column and box that hold the same digit. */
export const clashesOf = (board: string, index: number): number[] =>
  board[index] === '.' ? [] : PEERS[index].filter((peer) => board[peer] === board[index])

/** Every cell whose digit stands twice in its row, column or box. For marks on the page; solvers check for themselves. */
export const conflictsOf = (board: string): Set<number> =>
  new Set([...board].map((_, index) => index).filter((index) => clashesOf(board, index).length > 0))
