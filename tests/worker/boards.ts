/** Boards of rising difficulty: a textbook one, one from the Sudoku Exchange Puzzle Bank, one from Sudoku-Extreme. */
export const EASY = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
export const EASY_SOLUTION = '534678912672195348198342567859761423426853791713924856961537284287419635345286179'
export const HARD = '.8.2..4..57....1....23.....82..9...5...715...7...2..41.....67....3....18..7..9.5.'
/** A 4x4 board with one solution: a step of it costs a fraction of one of a 9x9 board. */
export const SMALL = '1......2..4..3..'
/** The easy board with a second 5 in its first row. */
export const CONFLICT = `535${EASY.slice(3)}`
/** No board has this: the first cell can hold no digit, though no two givens clash. */
export const IMPOSSIBLE = '.2345678..9.............................................................1........'

/** Whether every row, column and box of a solution, 9x9 or smaller, holds each digit once, and the givens are kept. */
export function isSolutionOf(board: string, solution: string): boolean {
  const side = Math.sqrt(board.length)
  const box = Math.sqrt(side)
  const all = Array.from({ length: side }, (_, i) => i)
  const inBox = (b: number, i: number) =>
    (Math.floor(b / box) * box + Math.floor(i / box)) * side + (b % box) * box + (i % box)
  const isUnit = (cells: number[]) => new Set(cells.map((cell) => solution[cell])).size === side
  return (
    solution.length === board.length &&
    [...solution].every((digit) => digit >= '1' && digit <= String(side)) &&
    [...board].every((given, cell) => given === '.' || given === solution[cell]) &&
    all.every((u) => isUnit(all.map((i) => u * side + i)) && isUnit(all.map((i) => i * side + u))) &&
    all.every((b) => isUnit(all.map((i) => inBox(b, i))))
  )
}
