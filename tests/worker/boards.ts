/** Boards of rising difficulty: a textbook one, one from the Sudoku Exchange Puzzle Bank, one from Sudoku-Extreme. */
export const EASY = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
export const EASY_SOLUTION = '534678912672195348198342567859761423426853791713924856961537284287419635345286179'
export const HARD = '.8.2..4..57....1....23.....82..9...5...715...7...2..41.....67....3....18..7..9.5.'
/** The easy board with a second 5 in its first row. */
export const CONFLICT = `535${EASY.slice(3)}`
/** No board has this: the first cell can hold no digit, though no two givens clash. */
export const IMPOSSIBLE = '.2345678..9.............................................................1........'

/** Whether every row, column and box of a 9x9 solution holds each digit once, and the givens are kept. */
export function isSolutionOf(board: string, solution: string): boolean {
  const unit = (cells: number[]) => new Set(cells.map((cell) => solution[cell])).size === 9
  const nine = Array.from({ length: 9 }, (_, i) => i)
  return (
    /^[1-9]{81}$/.test(solution) &&
    [...board].every((given, cell) => given === '.' || given === solution[cell]) &&
    nine.every((i) => unit(nine.map((j) => i * 9 + j)) && unit(nine.map((j) => j * 9 + i))) &&
    nine.every((b) => unit(nine.map((j) => (b - (b % 3) + Math.floor(j / 3)) * 9 + (b % 3) * 3 + (j % 3))))
  )
}
