import type { ModelConfig } from '../src/weights/config.ts'
import { anySize } from './any-size.ts'

/** An easy Sudoku with one solution. */
export const EXAMPLE = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
export const EXAMPLE_SOLUTION = '534678912672195348198342567859761423426853791713924856961537284287419635345286179'

/** A maze of 10x10; its shortest paths are 24 moves long. The blanks at the ends of its lines are free cells. */
export const EXAMPLE_MAZE = [
  '#  ##    #',
  '  S  #####',
  '  #   # #G',
  '  #   # # ',
  '# # # # # ',
  '   ## ##  ',
  '# ##    # ',
  '  ###  #  ',
  '#    ##  #',
  '          ',
].join('\n')

export interface Example {
  board: string
  /** Whether a model of any worth solves it at once. */
  easy: boolean
}

/** A board that the task of a model reads. */
export function exampleOf(config: ModelConfig): Example {
  const { kind, rows, cols, symbols } = config.task
  const cells = rows * cols
  switch (kind) {
    case 'sudoku':
      return rows === 9 ? { board: EXAMPLE, easy: true } : { board: '.'.repeat(cells), easy: false }
    case 'maze':
      return anySize(config) ? { board: EXAMPLE_MAZE, easy: true } : { board: 'SG'.padEnd(cells), easy: false }
    case 'grid':
      return { board: symbols.find((symbol) => symbol !== '')!.repeat(cells), easy: false }
  }
}
