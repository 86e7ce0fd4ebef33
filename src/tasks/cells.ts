import type { ErrorCell } from '../errors.ts'
import type { BoardShape } from './lists.ts'

/** Where a cell is, counted from 0. */
export function cellAt(index: number, shape: BoardShape): ErrorCell {
  return { index, row: Math.floor(index / shape.cols), column: index % shape.cols }
}

/** The same for people, counted from 1. */
export const nameCell = ({ row, column }: ErrorCell): string => `row ${row + 1}, column ${column + 1}`
