import type { BoardInput } from './board-input.ts'

/**
 * Mazes from the lines of a text that are not empty: drawn row by row with empty lines between them, or one a line.
 * Lines that stand one under another with a start and a goal each are mazes by themselves; else they are one drawing, whose
 * faults the task names.
 */
export function mazesOf(lines: readonly BoardInput[]): BoardInput[] {
  const blocks = blocksOf(lines)
  const mazes = blocks.flatMap((rows) => (isDrawing(rows) ? [drawingOf(rows)] : rows))
  if (blocks.length === 1) return mazes
  return mazes.map((maze) => (hasEnds(maze.board) ? maze : { ...maze, hint: EMPTY_ROW }))
}

const EMPTY_ROW = 'an empty line ends a maze; write a free row as blanks'

/** Lines that stand one under another. */
function blocksOf(lines: readonly BoardInput[]): BoardInput[][] {
  const blocks: BoardInput[][] = []
  for (const input of lines) {
    const last = blocks.at(-1)
    if (last && last.at(-1)!.line! + 1 === input.line) last.push(input)
    else blocks.push([input])
  }
  return blocks
}

/** Of a list half of the lines may be faulty; in a drawing at most one row has both ends, or someone drew too many. */
function isDrawing(rows: readonly BoardInput[]): boolean {
  if (rows.length === 1) return false
  const count = (symbol: string) => rows.reduce((sum, { board }) => sum + board.split(symbol).length - 1, 0)
  if (count('S') <= 1 && count('G') <= 1) return true
  return 2 * rows.filter(({ board }) => hasEnds(board)).length < rows.length
}

const hasEnds = (board: string) => board.includes('S') && board.includes('G')

const drawingOf = (rows: readonly BoardInput[]): BoardInput => ({
  board: rows.map(({ board }) => board).join('\n'),
  line: rows[0].line,
  drawn: true,
})
