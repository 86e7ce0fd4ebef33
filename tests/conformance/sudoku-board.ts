import type { Random } from '../../src/numerics/random.ts'

/** A full grid from which every other one here comes by relabelling digits and permuting lines. */
const GRID = '483921657967345821251876493548132976729564138136798245372689514814253769695417382'

/**
 * A shuffled full grid with `fewest` givens (17 unless told) or up to 23 more. They need not have one solution; a model
 * computes something for all of them.
 */
export function sudokuBoard(random: Random, fewest = 17): string {
  const below = (n: number) => Math.floor(random.next() * n)
  const shuffled = (n: number) => {
    const order = Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = below(i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    return order
  }
  /** Rows (or columns) in an order that keeps boxes whole. */
  const lines = () => shuffled(3).flatMap((band) => shuffled(3).map((line) => 3 * band + line))
  const [rows, columns, digits] = [lines(), lines(), shuffled(9)]
  const givens = new Set(shuffled(81).slice(0, fewest + below(24)))
  return Array.from({ length: 81 }, (_, cell) => {
    const from = GRID[9 * rows[Math.floor(cell / 9)] + columns[cell % 9]]
    return givens.has(cell) ? String(digits[Number(from) - 1] + 1) : '.'
  }).join('')
}
