import { distancesFrom, type Maze, type Walls } from './maze.ts'

const SIDE = 30
/** Moves between start and goal that a new maze has at least, as in Maze-Hard. */
const FAR = 109

/**
 * A maze as those of Maze-Hard: walls by chance, a share of 0.3 to 0.5 of all cells, and a start and a goal that are far
 * apart, drawn from all such pairs. Some 240 times walls are drawn before they have one.
 */
export function generateMaze(random: () => number = Math.random): Maze {
  const walls = { rows: SIDE, columns: SIDE, walls: new Uint8Array(SIDE * SIDE) }
  for (;;) {
    const share = 0.3 + 0.2 * random()
    for (let cell = 0; cell < walls.walls.length; cell++) walls.walls[cell] = Number(random() < share)
    if (!mayBeFar(walls, Math.floor(random() * walls.walls.length))) continue
    const pairs = [...walls.walls.keys()].flatMap((start) => farFrom(walls, start))
    if (pairs.length === 0) continue
    const [start, goal] = pairs[Math.floor(random() * pairs.length)]
    const cells = Array.from<number, string>(walls.walls, (wall) => (wall ? '#' : ' '))
    cells[start] = 'S'
    cells[goal] = 'G'
    return { rows: SIDE, columns: SIDE, cells: cells.join('') }
  }
}

/** The farthest cell from any is nearly as far from another as cells can be. */
function mayBeFar(walls: Walls, from: number): boolean {
  const { distances, farthest } = distancesFrom(walls, distancesFrom(walls, from).farthest)
  return distances[farthest] >= FAR
}

/** Pairs of this start and every goal that is far from it. */
function farFrom(walls: Walls, start: number): [number, number][] {
  const { distances, farthest } = distancesFrom(walls, start)
  if (distances[farthest] < FAR) return []
  return [...distances.keys()].filter((goal) => distances[goal] >= FAR).map((goal) => [start, goal])
}
