import type { BoardShape } from '../lists.ts'

/**
 * The ways to turn and mirror a board that leave its shape as it is, but for the one that changes nothing: 7 of a square, 3
 * of another rectangle. Each is the cell that comes to stand at every place.
 */
export function symmetriesOf({ rows, cols }: BoardShape): readonly Int32Array[] {
  const cells = (cellAt: (row: number, column: number) => number) =>
    Int32Array.from({ length: rows * cols }, (_, i) => cellAt(Math.floor(i / cols), i % cols))
  const [bottom, right] = [rows - 1, cols - 1]
  const at = (row: number, column: number) => row * cols + column
  const kept = [
    cells((r, c) => at(bottom - r, right - c)),
    cells((r, c) => at(bottom - r, c)),
    cells((r, c) => at(r, right - c)),
  ]
  if (rows !== cols) return kept
  return [
    ...kept,
    transpositionOf({ rows, cols }),
    cells((r, c) => at(right - c, r)),
    cells((r, c) => at(c, bottom - r)),
    cells((r, c) => at(right - c, bottom - r)),
  ]
}

/** Swaps the rows and the columns of a square board. */
export function transpositionOf({ rows, cols }: Pick<BoardShape, 'rows' | 'cols'>): Int32Array {
  return Int32Array.from({ length: rows * cols }, (_, i) => (i % cols) * cols + Math.floor(i / cols))
}
