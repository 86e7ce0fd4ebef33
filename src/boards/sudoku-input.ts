import type { BoardInput } from './board-input.ts'

/** `------+-------+------`, as `hrm solve` draws it, or within a frame. */
const RULE = /^[\s|+]*--[\s|+-]*$/

/** Symbols there are for the cells of a Sudoku. */
const MOST_SYMBOLS = 25

/** 5 3 . | . 7 . | . . . */
const withoutFrame = (line: string): string => line.replace(/[\s|]/g, '')

/** How a line may hold the cells of a row. */
const READINGS: readonly ((line: string) => string)[] = [
  // 5,3,,,7,,,, or with tabs: rows of a spreadsheet. First, for to the next its commas are cells, and its tabs none.
  (line) => (/[\t,;]/.test(line) ? fieldsOf(line) : ''),
  withoutFrame,
  // 53  7     or 53 | 7 |   : blanks for the empty cells
  (line) => line.replaceAll('|', '').replaceAll(' ', '.'),
]

function fieldsOf(line: string): string {
  const fields = line.split(line.includes('\t') ? '\t' : /[,;]/).map((field) => field.trim().replace(/^"(.?)"$/, '$1'))
  return fields.every((field) => /^[^|]?$/.test(field)) ? fields.map((field) => field || '.').join('') : ''
}

/**
 * Sudokus from the lines of a text that are not empty: squares of n lines of n cells, one below another, with ruled and
 * empty lines between boards and boxes or without. Where lines draw no square each is a board.
 */
export function sudokusOf(lines: readonly BoardInput[]): BoardInput[] {
  const blocks = blocksOf(lines)
  const boards: BoardInput[][] = []
  let found = false
  for (let at = 0; at < blocks.length; ) {
    const squares = squaresAt(blocks, at)
    boards.push(squares?.boards ?? hinted(blocks[at]))
    at += squares?.blocks ?? 1
    found ||= squares !== undefined
  }
  return found ? boards.flat() : hinted(lines.filter(({ board }) => !RULE.test(board)))
}

/** Lines that nothing parts from one another. */
function blocksOf(lines: readonly BoardInput[]): BoardInput[][] {
  const blocks: BoardInput[][] = [[]]
  lines.forEach((input, i) => {
    if (i > 0 && input.line !== lines[i - 1].line! + 1) blocks.push([])
    if (RULE.test(input.board) || isGap(lines, i)) blocks.push([])
    else blocks.at(-1)!.push(input)
  })
  return blocks.filter(({ length }) => length > 0)
}

/** A line of blanks alone may be a row of empty cells: one with tabs, or one as long as a line beside it. */
function isGap(lines: readonly BoardInput[], i: number): boolean {
  const { board } = lines[i]
  if (board.trim() !== '' || board.includes('\t')) return false
  return ![lines[i - 1], lines[i + 1]].some((beside) => beside?.board.length === board.length)
}

/** The boards of a block that is nothing but squares, or of several blocks (bands of boxes) that are one together. */
function squaresAt(blocks: readonly BoardInput[][], at: number): { boards: BoardInput[]; blocks: number } | undefined {
  const [first] = blocks[at]
  for (const read of READINGS) {
    const n = read(first.board).length
    if (!isSide(n, first.board)) continue
    let lines = blocks[at]
    let end = at + 1
    while (lines.length < n && end < blocks.length) lines = lines.concat(blocks[end++])
    if (lines.length % n !== 0 || (end > at + 1 && lines.length > n)) continue
    const rows = lines.map(({ board }) => read(board))
    if (rows.some((row) => row.length !== n)) continue
    const boards = Array.from({ length: lines.length / n }, (_, i) => ({
      board: rows.slice(i * n, (i + 1) * n).join(''),
      line: lines[i * n].line,
    }))
    return { boards, blocks: end - at }
  }
  return undefined
}

/**
 * Not where such lines could be boards themselves: sixteen lines of sixteen are sixteen 4x4 boards, unless they have bars,
 * commas, quotes or, between tabs, empty fields.
 */
function isSide(n: number, row: string): boolean {
  const isBoard = n >= 16 && Number.isInteger(Math.sqrt(n))
  return n >= 4 && n <= MOST_SYMBOLS && (!isBoard || /[|,;"]|(^|\t)(\t|$)/.test(row))
}

/** Fewer cells than any board has, and more than a slip. */
const SHORT = /^[0-9A-P.]{4,15}$/i

/** The lines, those that may be meant as rows of a drawing with a hint. */
function hinted(lines: readonly BoardInput[]): BoardInput[] {
  const lengths = lines.map(({ board }) => SHORT.exec(withoutFrame(board))?.[0].length)
  const first = lengths.find((length) => length !== undefined)
  const odd = lengths.findIndex((length) => length !== undefined && length !== first)
  const but = odd < 0 ? '' : `, but line ${lines[odd].line} has ${lengths[odd]} cells`
  const hint = `nine lines of nine are read as one board${but}`
  return lines.map((input, i) => (lengths[i] === undefined ? input : { ...input, hint }))
}
