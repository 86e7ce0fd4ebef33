import { printable } from './output.ts'

/** Size of a board and of the boxes to rule off; a box of a whole board or of one cell rules nothing. */
export interface GridShape {
  rows: number
  cols: number
  boxRows: number
  boxCols: number
}

/**
 * Draws a board for a terminal, boxes ruled off, cells that are not as in `given` in bold where `color` is on.
 *
 * ```
 *   4 8 3 | 9 2 1 | 6 5 7
 *   ------+-------+------
 * ```
 */
export function drawGrid(board: string, shape: GridShape, given = board, color = false): string {
  const { rows, cols } = shape
  const ruled = shape.boxCols > 1 || shape.boxRows > 1
  const gap = ruled ? ' ' : ''
  const cell = (i: number) => {
    const symbol = printable(board[i])
    return color && given[i].toUpperCase() !== board[i].toUpperCase() ? `\x1b[1m${symbol}\x1b[0m` : symbol
  }
  const lines: string[] = []
  for (let r = 0; r < rows; r++) {
    if (ruled && r > 0 && r % shape.boxRows === 0) lines.push(rule(shape))
    const boxes: string[] = []
    for (let c = 0; c < cols; c += ruled ? shape.boxCols : cols) {
      const end = ruled ? Math.min(c + shape.boxCols, cols) : cols
      boxes.push(Array.from({ length: end - c }, (_, i) => cell(r * cols + c + i)).join(gap))
    }
    lines.push(`  ${boxes.join(' | ')}`)
  }
  return lines.join('\n')
}

const GAP = '   '

/** Two drawings of one size in one, where a terminal of 80 columns has room; else only the right one. */
export function beside(left: string, right: string): string {
  const lefts = left.split('\n')
  const rights = right.split('\n')
  const width = lefts[0].length
  if (2 * width + GAP.length > 80) return right
  return lefts.map((line, i) => `${line.padEnd(width)}${GAP}${rights[i]}`).join('\n')
}

function rule({ cols, boxCols }: GridShape): string {
  const boxes = Math.ceil(cols / boxCols)
  const widths = Array.from({ length: boxes }, (_, i) => {
    const cells = Math.min(boxCols, cols - i * boxCols)
    const margins = (i > 0 ? 1 : 0) + (i < boxes - 1 ? 1 : 0)
    return 2 * cells - 1 + margins
  })
  return `  ${widths.map((w) => '-'.repeat(w)).join('+')}`
}
