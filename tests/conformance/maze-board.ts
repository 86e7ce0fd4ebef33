import type { Random } from '../../src/numerics/random.ts'

const SIDE = 30

/** A maze of 30 x 30 in which a fifth to two fifths are walls, with a way of one bend at most cut through them. */
export function mazeBoard(random: Random): string {
  const below = (n: number) => Math.floor(random.next() * n)
  const walls = 0.2 + 0.2 * random.next()
  const cells: string[] = Array.from({ length: SIDE * SIDE }, () => (random.next() < walls ? '#' : ' '))
  const start = below(cells.length)
  const goal = (start + 1 + below(cells.length - 1)) % cells.length
  const [bendRow, bendColumn] = [Math.floor(start / SIDE), goal % SIDE]
  for (let cell = 0; cell < cells.length; cell++) {
    const [row, column] = [Math.floor(cell / SIDE), cell % SIDE]
    const along = row === bendRow && (column - (start % SIDE)) * (column - bendColumn) <= 0
    const down = column === bendColumn && (row - bendRow) * (row - Math.floor(goal / SIDE)) <= 0
    if (along || down) cells[cell] = ' '
  }
  cells[start] = 'S'
  cells[goal] = 'G'
  return cells.join('').replace(/.{30}(?!$)/g, '$&\n')
}
