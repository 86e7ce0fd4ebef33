import fc from 'fast-check'

/** Cells of a maze's text and who is beside whom, worked out apart from the code under test. */
export function around(cell: number, rows: number, cols: number): number[] {
  const [row, column] = [Math.floor(cell / cols), cell % cols]
  return [
    [row + 1, column],
    [row, column - 1],
    [row, column + 1],
    [row - 1, column],
  ].flatMap(([r, c]) => (r >= 0 && r < rows && c >= 0 && c < cols ? [r * cols + c] : []))
}

/** Every shortest way from S to G, as the cells between them; at most `most` of them. */
export function shortestWays(maze: string, rows: number, cols: number, most = 50): number[][] {
  const [start, goal] = [maze.indexOf('S'), maze.indexOf('G')]
  let ways: number[][] = [[start]]
  const seen = new Set([start])
  while (ways.length > 0) {
    const there = ways.filter((way) => way.at(-1) === goal)
    if (there.length > 0) return there.slice(0, most).map((way) => way.slice(1, -1))
    ways = ways
      .flatMap((way) =>
        around(way.at(-1)!, rows, cols)
          .filter((to) => maze[to] !== '#' && !seen.has(to))
          .map((to) => [...way, to]),
      )
      .slice(0, 2000)
    for (const way of ways) seen.add(way.at(-1)!)
  }
  return []
}

export const draw = (maze: string, way: readonly number[]): string =>
  Array.from(maze, (symbol, cell) => (way.includes(cell) ? 'o' : symbol)).join('')

export interface MadeMaze {
  rows: number
  cols: number
  maze: string
}

/** Mazes of 2 to 7 rows and columns in which a way leads from S to G. */
export const mazes: fc.Arbitrary<MadeMaze> = fc
  .tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 2, max: 7 }))
  .chain(([rows, cols]) =>
    fc.record({
      rows: fc.constant(rows),
      cols: fc.constant(cols),
      walls: fc.array(fc.boolean(), { minLength: rows * cols, maxLength: rows * cols }),
      ends: fc.uniqueArray(fc.nat(rows * cols - 1), { minLength: 2, maxLength: 2 }),
    }),
  )
  .map(({ rows, cols, walls, ends: [start, goal] }) => {
    const symbol = (wall: boolean, cell: number) => (cell === start ? 'S' : cell === goal ? 'G' : wall ? '#' : ' ')
    return { rows, cols, maze: walls.map(symbol).join('') }
  })
  .filter(({ maze, rows, cols }) => shortestWays(maze, rows, cols).length > 0)

/** The text with its line breaks. */
export const lined = ({ maze, cols }: MadeMaze): string => maze.match(new RegExp(`.{${cols}}`, 'g'))!.join('\n')
