import { CELLS, columnOf, rowOf, SIZE } from './cells.ts'

// A conventional solver, for making puzzles only: a puzzle must have one solution, and to know that takes a search.

const ALL = (1 << SIZE) - 1
const boxOf = (index: number) => Math.floor(rowOf(index) / 3) * 3 + Math.floor(columnOf(index) / 3)

/** Makes a puzzle with exactly one solution, from which no given can be taken. */
export function generateBoard(random: () => number = Math.random): string {
  const cells = new Uint8Array(CELLS)
  search(cells, 1, () => shuffled(SIZE, random))
  const full = cells.slice()
  for (const index of shuffled(CELLS, random)) {
    const digit = full[index]
    full[index] = 0
    if (search(full.slice(), 2) > 1) full[index] = digit
  }
  return Array.from(full, (digit) => (digit === 0 ? '.' : String(digit))).join('')
}

/** Solutions of a board of 81 characters, counted up to two. */
export function countSolutions(board: string): number {
  return search(
    Uint8Array.from(board, (symbol) => (symbol === '.' ? 0 : Number(symbol))),
    2,
  )
}

/**
 * Counts solutions up to `limit`, always filling the cell that fits the fewest digits. Leaves the last one in `cells`.
 * @param order in which digits (less one) are tried, asked for anew at every cell; default ascending
 */
function search(cells: Uint8Array, limit: number, order = () => [0, 1, 2, 3, 4, 5, 6, 7, 8]): number {
  const rows = new Uint16Array(SIZE)
  const columns = new Uint16Array(SIZE)
  const boxes = new Uint16Array(SIZE)
  const toggle = (index: number, bit: number) => {
    rows[rowOf(index)] ^= bit
    columns[columnOf(index)] ^= bit
    boxes[boxOf(index)] ^= bit
  }
  cells.forEach((digit, index) => {
    if (digit > 0) toggle(index, 1 << (digit - 1))
  })
  const fill = (found: number): number => {
    let best = -1
    let open = 0
    let fewest = SIZE + 1
    for (let index = 0; index < CELLS && fewest > 1; index++) {
      if (cells[index] > 0) continue
      const free = ALL & ~(rows[rowOf(index)] | columns[columnOf(index)] | boxes[boxOf(index)])
      const count = bits(free)
      if (count >= fewest) continue
      best = index
      open = free
      fewest = count
    }
    if (best < 0) return found + 1
    for (const digit of order()) {
      const bit = 1 << digit
      if ((open & bit) === 0) continue
      cells[best] = digit + 1
      toggle(best, bit)
      found = fill(found)
      toggle(best, bit)
      if (found >= limit) return found
    }
    cells[best] = 0
    return found
  }
  return fill(0)
}

function bits(mask: number): number {
  let count = 0
  for (let rest = mask; rest > 0; rest &= rest - 1) count++
  return count
}

/** 0..n-1 in a random order (Fisher-Yates). */
function shuffled(n: number, random: () => number): number[] {
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
