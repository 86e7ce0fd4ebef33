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

/** Every cell whose digit stands twice in its row, column or box. For marks on the page; solvers check for themselves. */
export function conflictsOf(board: string): Set<number> {
  const conflicts = new Set<number>()
  for (const unit of UNITS) {
    for (const index of unit) {
      const twin = board[index] !== '.' && unit.some((other) => other !== index && board[other] === board[index])
      if (twin) conflicts.add(index)
    }
  }
  return conflicts
}
