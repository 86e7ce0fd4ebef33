import { EXCHANGE_BOARDS } from '../../src/boards/exchange-boards.ts'

/** Puzzles to try, a few of each grade, from public sets. */
export interface SampleSet {
  name: string
  /** Where the boards come from, for people. */
  source: string
  boards: readonly string[]
}

export const SAMPLE_SETS: readonly SampleSet[] = [
  {
    name: 'Easy',
    source: 'Sudoku Exchange Puzzle Bank, easy',
    boards: EXCHANGE_BOARDS.easy,
  },
  {
    name: 'Medium',
    source: 'Sudoku Exchange Puzzle Bank, medium',
    boards: EXCHANGE_BOARDS.medium,
  },
  {
    name: 'Hard',
    source: 'Sudoku Exchange Puzzle Bank, hard',
    boards: EXCHANGE_BOARDS.hard,
  },
  {
    name: 'Extreme',
    source: 'Sudoku-Extreme, test split',
    boards: [
      '...1..39.9......48......5.2..6.7....8..2..9...4...5.....7..6...2..8....3.5..4....',
      '.3..9..1...4..56.....3....2.5...13..4.......7..8.2..5.7..1..9....5.8...1.9...4.6.',
      '..6.3..5..8.5....19....86...9...23..4...1...7..8....6.5...8..7...9..35...2.4.....',
      '....85..4.4.6...3.7.....5...2..1.8..6.......3..4..2.1.....9.3.1.6.1...8...9..8..7',
    ],
  },
]
