import type { BoardShape } from '../lists.ts'

/** Every row, column and box of a board, as lists of cells. */
export function unitsOf({ rows: n, boxRows, boxCols }: BoardShape): readonly (readonly number[])[] {
  const range = Array.from({ length: n }, (_, i) => i)
  const boxesAcross = n / boxCols
  return [
    ...range.map((r) => range.map((i) => r * n + i)),
    ...range.map((c) => range.map((i) => i * n + c)),
    ...range.map((b) => {
      const top = Math.floor(b / boxesAcross) * boxRows
      const left = (b % boxesAcross) * boxCols
      return range.map((i) => (top + Math.floor(i / boxCols)) * n + left + (i % boxCols))
    }),
  ]
}

/** First two cells of one unit that hold the same symbol, else undefined. */
export function findConflict(
  units: readonly (readonly number[])[],
  cells: Uint8Array,
): { first: number; second: number } | undefined {
  for (const unit of units) {
    const seenAt = new Map<number, number>()
    for (const cell of unit) {
      if (cells[cell] === 0) continue
      const first = seenAt.get(cells[cell])
      if (first !== undefined) return { first, second: cell }
      seenAt.set(cells[cell], cell)
    }
  }
  return undefined
}

/** The verifier: a full board, no symbol twice in a unit, every given kept. */
export function isSolved(units: readonly (readonly number[])[], givens: Uint8Array, cells: Uint8Array): boolean {
  const n = units[0].length
  return (
    cells.length === givens.length &&
    cells.every((s, i) => s >= 1 && s <= n && (givens[i] === 0 || givens[i] === s)) &&
    findConflict(units, cells) === undefined
  )
}
