import { type ErrorCell, HrmError } from '../../errors.ts'
import type { BoardShape } from '../lists.ts'
import { cellAt, nameCell } from '../sudoku/parse.ts'

/** Vocabulary of a maze, in the order that the weights file has: wall, free, start, goal, path. */
export const MAZE_SYMBOLS = ['#', ' ', 'S', 'G', 'o'] as const

// Symbols as boards have them, counted from 1.
export const WALL = 1
export const FREE = 2
export const START = 3
export const GOAL = 4
export const PATH = 5

/** Cells on a side, as in a weights file. */
const MAX_SIDE = 256

/**
 * Text of a maze without its line breaks, and its shape: line breaks tell it, or the trained shape where the length is
 * the same, or a square.
 * @throws HrmError `board_type`, `board_length`
 */
export function readMaze(board: string, trained: BoardShape): { text: string; shape: BoardShape } {
  if (typeof board !== 'string') throw new HrmError('board_type', `a board is a string, not ${typeof board}`)
  const lines = board.replace(/\r?\n$/, '').split(/\r?\n/)
  const text = lines.join('')
  const shape = lines.length > 1 ? rectangle(lines) : shapeOfLength(text.length, trained)
  return { text, shape }
}

function rectangle(lines: readonly string[]): BoardShape {
  const cols = lines[0].length
  const odd = lines.findIndex((line) => line.length !== cols)
  if (odd > 0) {
    throw new HrmError(
      'board_length',
      `row 1 of the maze has ${cols} cells, row ${odd + 1} ${lines[odd].length} (free cells are blanks, at a row's end too)`,
    )
  }
  return sized(lines.length, cols)
}

function shapeOfLength(length: number, trained: BoardShape): BoardShape {
  if (length === trained.rows * trained.cols) return trained
  const side = Math.sqrt(length)
  if (Number.isInteger(side)) return sized(side, side)
  throw new HrmError(
    'board_length',
    `a maze of ${length} cells without line breaks is neither ${trained.rows} x ${trained.cols} nor a square`,
  )
}

function sized(rows: number, cols: number): BoardShape {
  if (rows < 1 || cols < 1 || rows > MAX_SIDE || cols > MAX_SIDE) {
    throw new HrmError('board_length', `a maze has 1 to ${MAX_SIDE} rows and columns, this one ${rows} x ${cols}`)
  }
  return { rows, cols, boxRows: 1, boxCols: 1 }
}

/**
 * Symbols of a maze, counted from 1.
 * @param allowed those that may stand there
 * @throws HrmError `board_symbol` with every bad cell
 */
export function readSymbols(text: string, shape: BoardShape, allowed: string): Uint8Array {
  const cells = new Uint8Array(text.length)
  const bad: ErrorCell[] = []
  for (let i = 0; i < text.length; i++) {
    if (allowed.includes(text[i])) cells[i] = MAZE_SYMBOLS.indexOf(text[i] as '#') + 1
    else bad.push(cellAt(i, shape))
  }
  if (bad.length > 0) {
    const shown = JSON.stringify(text[bad[0].index])
    const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''
    throw new HrmError('board_symbol', `${shown} at ${nameCell(bad[0])} is none of "${allowed}"${more}`, { cells: bad })
  }
  return cells
}
