import { type ErrorCell, HrmError } from '../../errors.ts'
import { nameCell } from '../cells.ts'
import { checkString } from '../check-string.ts'
import { linesOf } from '../lines.ts'
import type { BoardShape } from '../lists.ts'

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
 * Cells of a maze, as symbols from 1, and its shape: line breaks tell it, or the trained shape where the length is the
 * same, or a square.
 * @param allowed symbols that may stand there
 * @throws HrmError `board_type`, `board_length`, `board_symbol` with every bad cell
 */
export function readMaze(
  board: string,
  trained: BoardShape,
  allowed: string,
): { cells: Uint8Array; shape: BoardShape } {
  checkString(board)
  const lines = linesOf(board)
  if (lines.length === 1) {
    const shape = shapeOfLength(lines[0].length, trained)
    return { cells: readSymbols(rowsOf(lines[0], shape), allowed), shape }
  }
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0)
  const shape = sized(lines.length, longest)
  // Before the lengths of the rows: where one is odd because of text around the maze, that is what to say.
  const cells = readSymbols(lines, allowed)
  checkLengths(lines)
  return { cells, shape }
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

/** Two rows or more: a maze of one row has no line break to tell its shape by. */
function sized(rows: number, cols: number): BoardShape {
  if (rows < 2 || cols < 1 || rows > MAX_SIDE || cols > MAX_SIDE) {
    const allowed = `2 to ${MAX_SIDE} rows and 1 to ${MAX_SIDE} columns`
    throw new HrmError('board_length', `a maze has ${allowed}, this one ${rows} x ${cols}`)
  }
  return { rows, cols, boxRows: 1, boxCols: 1 }
}

const rowsOf = (text: string, { rows, cols }: BoardShape): string[] =>
  Array.from({ length: rows }, (_, row) => text.slice(row * cols, (row + 1) * cols))

function checkLengths(rows: readonly string[]): void {
  const cols = rows[0].length
  const odd = rows.findIndex(({ length }) => length !== cols)
  if (odd < 0) return
  throw new HrmError(
    'board_length',
    `row 1 of the maze has ${cols} cells, row ${odd + 1} ${rows[odd].length} (free cells are blanks, at a row's end too)`,
  )
}

function readSymbols(rows: readonly string[], allowed: string): Uint8Array {
  const cells = new Uint8Array(rows.reduce((sum, { length }) => sum + length, 0))
  const bad: (ErrorCell & { symbol: string })[] = []
  let index = 0
  rows.forEach((symbols, row) => {
    let column = 0
    // By code points: an emoji is one symbol that is none, not two halves of one.
    for (const given of symbols) {
      const symbol = given === '.' ? ' ' : given
      if (allowed.includes(symbol)) cells[index] = MAZE_SYMBOLS.indexOf(symbol as '#') + 1
      else bad.push({ index, row, column, symbol })
      index++
      column++
    }
  })
  if (bad.length === 0) return cells
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''
  throw new HrmError(
    'board_symbol',
    `${JSON.stringify(bad[0].symbol)} at ${nameCell(bad[0])}${more} is none of "${allowed}" (a free cell is a blank or .)`,
    { cells: bad.map(({ symbol: _, ...cell }) => cell) },
  )
}
