import { createRandom } from '../../src/numerics/random.ts'

/** A board of the same difficulty as `board`: its digits, rows, columns, bands and stacks in another order. */
export function anotherBoard(board: string, seed: number): string {
  const side = Math.sqrt(board.length)
  const box = Math.sqrt(side)
  const random = createRandom(seed)
  const shuffled = (count: number): number[] => {
    const items = Array.from({ length: count }, (_, i) => i)
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1))
      ;[items[i], items[j]] = [items[j], items[i]]
    }
    return items
  }
  const digits = shuffled(side)
  const lines = () => shuffled(box).flatMap((band) => shuffled(box).map((line) => band * box + line))
  const rows = lines()
  const columns = lines()
  const cell = (row: number, column: number) => {
    const symbol = board[rows[row] * side + columns[column]]
    return symbol === '.' ? symbol : String(digits[Number(symbol) - 1] + 1)
  }
  return Array.from({ length: side * side }, (_, i) => cell(Math.floor(i / side), i % side)).join('')
}
