import { createRandom } from '../../src/numerics/random.ts'

/** A board of the same difficulty as `board`: its digits, rows, columns, bands and stacks in another order. */
export function anotherBoard(board: string, seed: number): string {
  const random = createRandom(seed)
  const shuffled = <T>(items: T[]): T[] => {
    for (let i = items.length - 1; i > 0; i--) {
      const j = Math.floor(random.next() * (i + 1))
      ;[items[i], items[j]] = [items[j], items[i]]
    }
    return items
  }
  const digits = shuffled([...'123456789'])
  const lines = () => shuffled([0, 1, 2]).flatMap((band) => shuffled([0, 1, 2]).map((line) => band * 3 + line))
  const rows = lines()
  const columns = lines()
  const cell = (row: number, column: number) => {
    const symbol = board[rows[row] * 9 + columns[column]]
    return symbol === '.' ? symbol : digits[Number(symbol) - 1]
  }
  return Array.from({ length: 81 }, (_, i) => cell(Math.floor(i / 9), i % 9)).join('')
}
