import { type ErrorCell, HrmError } from '../../errors.ts'
import { cellAt, nameCell } from '../cells.ts'
import type { BoardShape } from '../lists.ts'

const SYMBOLS = '123456789ABCDEFGHIJKLMNOP'
/** To look up what is read: in capitals a dotless i (U+0131) would be an I. */
const LOWER_CASE = SYMBOLS.toLowerCase()
const BLANKS = '.0'

/** Board shapes told apart by their length: boxes as square as can be, wider than high. */
const SHAPES: readonly BoardShape[] = [
  { rows: 4, cols: 4, boxRows: 2, boxCols: 2 },
  { rows: 6, cols: 6, boxRows: 2, boxCols: 3 },
  { rows: 8, cols: 8, boxRows: 2, boxCols: 4 },
  { rows: 9, cols: 9, boxRows: 3, boxCols: 3 },
  { rows: 10, cols: 10, boxRows: 2, boxCols: 5 },
  { rows: 12, cols: 12, boxRows: 3, boxCols: 4 },
  { rows: 16, cols: 16, boxRows: 4, boxCols: 4 },
]

/**
 * Shape of a Sudoku of this many cells.
 * @param trained a model's own shape, which wins where the lengths agree
 */
export function shapeOf(cells: number, trained: BoardShape): BoardShape | undefined {
  return trained.rows * trained.cols === cells ? trained : SHAPES.find((s) => s.rows * s.cols === cells)
}

export const lengthsOf = (trained: BoardShape): number[] =>
  [...new Set([trained, ...SHAPES].map((s) => s.rows * s.cols))].sort((a, b) => a - b)

/** @throws HrmError `board_symbol` with every bad cell */
export function readSymbols(board: string, shape: BoardShape): Uint8Array {
  const cells = new Uint8Array(board.length)
  const bad: ErrorCell[] = []
  for (let i = 0; i < board.length; i++) {
    const symbol = Math.max(SYMBOLS.indexOf(board[i]), LOWER_CASE.indexOf(board[i])) + 1
    if (symbol >= 1 && symbol <= shape.rows) cells[i] = symbol
    else if (!BLANKS.includes(board[i])) bad.push(cellAt(i, shape))
  }
  if (bad.length > 0) {
    const shown = JSON.stringify(board[bad[0].index])
    throw new HrmError(
      'board_symbol',
      `${shown} at ${nameCell(bad[0])} is not 1..${SYMBOLS[shape.rows - 1]}, "." or "0"${bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''}`,
      { cells: bad },
    )
  }
  return cells
}

export const writeSymbols = (cells: Uint8Array): string => Array.from(cells, (s) => (s ? SYMBOLS[s - 1] : '.')).join('')

export const symbolName = (symbol: number): string => SYMBOLS[symbol - 1]
