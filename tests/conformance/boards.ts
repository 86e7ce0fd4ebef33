import { createRandom } from '../../src/numerics/random.ts'
import { mazeBoard } from './maze-board.ts'
import { sudokuBoard } from './sudoku-board.ts'

/** Tasks whose shipped weights are compared everywhere. */
export const TASKS = ['sudoku', 'maze'] as const
export type ConformanceTask = (typeof TASKS)[number]

/** `sample`: what every `npm test` compares; `full`: what `npm run conformance` does. */
export type Extent = 'sample' | 'full'
export const BOARDS: Record<ConformanceTask, Record<Extent, number>> = {
  sudoku: { sample: 200, full: 10_000 },
  maze: { sample: 20, full: 500 },
}

const makers = { sudoku: sudokuBoard, maze: mazeBoard }

/** So many deterministic boards for comparing engines; the first ones of more are the same. */
export function conformanceBoards(task: ConformanceTask, count: number): string[] {
  const random = createRandom(2506_21734)
  return Array.from({ length: count }, () => makers[task](random))
}
