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

/** `[cells]`, the units that each cell belongs to. */
export function unitsByCell(units: readonly (readonly number[])[]): readonly (readonly (readonly number[])[])[] {
  const cells = units[0].length ** 2
  return Array.from({ length: cells }, (_, cell) => units.filter((unit) => unit.includes(cell)))
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

/**
 * `Branching.isOpen` for Sudoku: less than a fifth of the cells is given. A single solution takes 4 givens on 4x4, 8 on 6x6 and 17
 * on 9x9 (arXiv 1201.0749); of larger boards no fewer than a fifth are known to do.
 */
export const isOpen = (givens: Uint8Array): boolean => 5 * givens.filter((s) => s > 0).length < givens.length

/** `Branching.openCandidates` for Sudoku. Symbols are bits of one int32, so a side may be up to 31. */
export function openCandidates(
  units: readonly (readonly number[])[],
  cells: Uint8Array,
  off: Uint8Array,
): Uint8Array | undefined {
  const n = units[0].length
  const all = (1 << n) - 1
  // Symbols each cell can no longer take, as bits.
  const taken = new Int32Array(cells.length)
  for (const unit of units) {
    let used = 0
    for (const cell of unit) {
      if (cells[cell] === 0) continue
      const bit = 1 << (cells[cell] - 1)
      if (used & bit) return undefined
      used |= bit
    }
    for (const cell of unit) taken[cell] |= used
  }
  const open = new Uint8Array(cells.length * n)
  const fits = new Int32Array(cells.length)
  for (let cell = 0; cell < cells.length; cell++) {
    if (cells[cell] > 0) {
      fits[cell] = 1 << (cells[cell] - 1)
      continue
    }
    for (let s = 0; s < n; s++) {
      if ((taken[cell] >> s) & 1 || off[cell * n + s]) continue
      open[cell * n + s] = 1
      fits[cell] |= 1 << s
    }
    if (fits[cell] === 0) return undefined
  }
  for (const unit of units) {
    let placeable = 0
    for (const cell of unit) placeable |= fits[cell]
    if (placeable !== all) return undefined
  }
  return open
}
