import fc from 'fast-check'
import { createRandom } from '../../src/numerics/random.ts'
import type { BoardShape } from '../../src/tasks/lists.ts'

/** 4x4 puzzles with their one solution. */
export const PUZZLES_4X4: readonly (readonly [board: string, solution: string])[] = [
  ['......42...12...', '4213134234212134'],
  ['..4..1..34......', '2341412334121234'],
  ['1.4....3.....2..', '1342241331244231'],
  ['3....2...4.....1', '3124421314322341'],
  ['..3..2..43......', '1432321443212143'],
  ['......42.4....1.', '4231314214232314'],
]

/** Breaks no rule as it stands, and has no solution. */
export const UNSOLVABLE_4X4 = '1...3..2..1.....'

/**
 * Breaks no rule as it stands and has no solution, for one given is not that of the puzzle it comes from: a solve guesses
 * and goes on until its budget is spent or it is stopped, whatever the model can do.
 */
export const ENDLESS = '3...85..4.4.6...3.7.....5...2..1.8..6.......3..4..2.1.....9.3.1.6.1...8...9..8..7'

/** Has 288 solutions. */
export const EMPTY_4X4 = '.'.repeat(16)

export const EASY_9X9 = {
  board: '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79',
  solution: '534678912672195348198342567859761423426853791713924856961537284287419635345286179',
} as const

export const SHAPES: Readonly<Record<string, BoardShape>> = {
  '4x4': { rows: 4, cols: 4, boxRows: 2, boxCols: 2 },
  '6x6': { rows: 6, cols: 6, boxRows: 2, boxCols: 3 },
  '8x8': { rows: 8, cols: 8, boxRows: 2, boxCols: 4 },
  '9x9': { rows: 9, cols: 9, boxRows: 3, boxCols: 3 },
  '10x10': { rows: 10, cols: 10, boxRows: 2, boxCols: 5 },
  '12x12': { rows: 12, cols: 12, boxRows: 3, boxCols: 4 },
  '16x16': { rows: 16, cols: 16, boxRows: 4, boxCols: 4 },
}

/** A full valid board of this shape, shuffled by symmetries of Sudoku; symbols 1..n, row by row. */
export function solvedBoard({ rows: n, boxRows, boxCols }: BoardShape, seed: number): Uint8Array {
  const { next } = createRandom(seed)
  const shuffled = (length: number) => {
    const order = Array.from({ length }, (_, i) => i)
    for (let i = length - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1))
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    return order
  }
  // Lines may change places within their band, and bands with each other.
  const lines = (size: number) => shuffled(n / size).flatMap((band) => shuffled(size).map((i) => band * size + i))
  const [rowOrder, columnOrder, symbols] = [lines(boxRows), lines(boxCols), shuffled(n)]
  const base = (r: number, c: number) => (boxCols * (r % boxRows) + Math.floor(r / boxRows) + c) % n
  return Uint8Array.from(
    { length: n * n },
    (_, i) => symbols[base(rowOrder[Math.floor(i / n)], columnOrder[i % n])] + 1,
  )
}

/** fast-check: a shape and a valid full board of it. */
export const anySolvedBoard = fc
  .record({ shape: fc.constantFrom(...Object.values(SHAPES)), seed: fc.nat() })
  .map(({ shape, seed }) => ({ shape, cells: solvedBoard(shape, seed) }))

const SYMBOLS = '123456789ABCDEFGHIJKLMNOP'

export const textOf = (cells: Iterable<number>): string =>
  Array.from(cells, (s) => (s === 0 ? '.' : SYMBOLS[s - 1])).join('')

/** A 6x6 board with every seventh cell blank. */
export const OPEN_6X6 = textOf(solvedBoard(SHAPES['6x6'], 1).map((s, i) => (i % 7 === 0 ? 0 : s)))

/**
 * Says what is wrong with a solution, or undefined. Written apart from src/tasks on purpose: by comparing sorted units,
 * so that the verifier is not judged by itself.
 */
export function faultOf(
  board: string,
  solution: string,
  { rows: n, boxRows, boxCols }: BoardShape,
): string | undefined {
  const wanted = SYMBOLS.slice(0, n)
  if (solution.length !== n * n) return `length ${solution.length}`
  const units = new Map<string, string[]>()
  for (let i = 0; i < n * n; i++) {
    const given = board[i].toUpperCase()
    if (given !== '.' && given !== '0' && given !== solution[i]) return `given ${given} of cell ${i} is lost`
    const [r, c] = [Math.floor(i / n), i % n]
    const box = `${Math.floor(r / boxRows)}/${Math.floor(c / boxCols)}`
    for (const unit of [`row ${r}`, `column ${c}`, `box ${box}`]) {
      units.set(unit, [...(units.get(unit) ?? []), solution[i]])
    }
  }
  for (const [unit, symbols] of units) if (symbols.sort().join('') !== wanted) return unit
  return undefined
}

/** The first solution in symbol order, by plain backtracking: fast enough for 4x4, and for 9x9 with many givens. */
export function bruteForce(cells: Uint8Array, { rows: n, boxRows, boxCols }: BoardShape): Uint8Array | undefined {
  const board = cells.slice()
  const fits = (at: number, symbol: number): boolean => {
    const [r, c] = [Math.floor(at / n), at % n]
    return board.every((s, i) => {
      const [r2, c2] = [Math.floor(i / n), i % n]
      const sameBox =
        Math.floor(r / boxRows) === Math.floor(r2 / boxRows) && Math.floor(c / boxCols) === Math.floor(c2 / boxCols)
      return i === at || s !== symbol || !(r === r2 || c === c2 || sameBox)
    })
  }
  const fill = (from: number): boolean => {
    const at = board.indexOf(0, from)
    if (at < 0) return true
    for (let symbol = 1; symbol <= n; symbol++) {
      if (!fits(at, symbol)) continue
      board[at] = symbol
      if (fill(at + 1)) return true
    }
    board[at] = 0
    return false
  }
  return board.every((s, i) => s === 0 || fits(i, s)) && fill(0) ? board : undefined
}
