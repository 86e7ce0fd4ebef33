/** A maze as it is drawn: `#` wall, ` ` free, one `S`, one `G`, row by row. */
export interface Maze {
  readonly rows: number
  readonly columns: number
  readonly cells: string
}

/** Sides that can be drawn and sent to the service. */
const SHORTEST = 3
const LONGEST = 45

/** A maze read from text, or what is wrong with the text, in words for the person who brought it. */
export type ParsedMaze = { maze: Maze; problem?: undefined } | { maze?: undefined; problem: string }

/** Checks a maze that came from outside. */
export function checkMaze(maze: Maze): ParsedMaze {
  const { rows, columns, cells } = maze
  const sides = sidesProblem(rows, columns)
  if (sides !== undefined) return { problem: sides }
  const bad = /[^# SG]/.exec(cells)
  if (bad)
    return {
      problem: `“${bad[0]}” is no symbol of a maze. Use # for a wall, a space or a dot for a free cell, S and G.`,
    }
  for (const symbol of 'SG') {
    const count = cells.split(symbol).length - 1
    if (count !== 1) return { problem: `A maze has one ${symbol}; this one has ${count}.` }
  }
  return { maze }
}

function sidesProblem(rows: number, columns: number): string | undefined {
  if ([rows, columns].every((side) => side >= SHORTEST && side <= LONGEST)) return undefined
  return `A maze here has ${SHORTEST} to ${LONGEST} rows and columns; this one has ${rows} by ${columns}.`
}

/**
 * Reads lines of one length, or the cells of a square in one run. Spaces are free cells, also at the ends of lines, so
 * shorter lines are filled up with them; so are a dot and the path of an answer.
 */
export function parseMazeText(text: string): ParsedMaze {
  const lines = text
    .replaceAll('\r', '')
    // Looked back, so that a long run of empty lines amid the text is read once, not once for each of them.
    .replace(/^\n+|(?<!\n)\n+$/g, '')
    .replace(/[.o]/g, ' ')
    .split('\n')
  if (lines.length === 1) {
    const side = Math.sqrt(lines[0].length)
    if (!Number.isInteger(side) || side === 0)
      return { problem: 'That is no maze: paste its lines, or the cells of a square.' }
    return checkMaze({ rows: side, columns: side, cells: lines[0] })
  }
  const columns = lines.reduce((most, { length }) => Math.max(most, length), 0)
  // Before lines are filled up: anything can be pasted, and width times height of it may be no string.
  const problem = sidesProblem(lines.length, columns)
  if (problem !== undefined) return { problem }
  return checkMaze({ rows: lines.length, columns, cells: lines.map((line) => line.padEnd(columns)).join('') })
}

/** A line a row. */
export function formatMaze({ rows, columns, cells }: Maze): string {
  return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns)).join('\n')
}

/**
 * The same maze with another symbol in a cell. A start or goal that is put elsewhere leaves a free cell behind, and there
 * is no other way to take it from where it is.
 */
export function withSymbol(maze: Maze, index: number, symbol: string): Maze {
  const cells = [...maze.cells]
  if ('SG'.includes(cells[index])) return maze
  if ('SG'.includes(symbol)) cells[cells.indexOf(symbol)] = ' '
  cells[index] = symbol
  return { ...maze, cells: cells.join('') }
}

/** Moves from start to goal, -1 where no way leads there. */
export function lengthOf({ rows, columns, cells }: Maze): number {
  const walls = Uint8Array.from(cells, (symbol) => Number(symbol === '#'))
  return distancesFrom({ rows, columns, walls }, cells.indexOf('S')).distances[cells.indexOf('G')]
}

export interface Walls {
  rows: number
  columns: number
  /** Not 0 where a wall is. */
  walls: Uint8Array
}

/** Moves from a cell to every cell by the shortest way, -1 where there is none, and a cell that is farthest. */
export function distancesFrom(
  { rows, columns, walls }: Walls,
  from: number,
): { distances: Int32Array; farthest: number } {
  const distances = new Int32Array(walls.length).fill(-1)
  const queue = new Int32Array(walls.length)
  let end = 0
  const visit = (cell: number, distance: number) => {
    if (walls[cell] !== 0 || distances[cell] >= 0) return
    distances[cell] = distance
    queue[end++] = cell
  }
  visit(from, 0)
  for (let at = 0; at < end; at++) {
    const cell = queue[at]
    const column = cell % columns
    const next = distances[cell] + 1
    if (cell + columns < rows * columns) visit(cell + columns, next)
    if (column > 0) visit(cell - 1, next)
    if (column + 1 < columns) visit(cell + 1, next)
    if (cell >= columns) visit(cell - columns, next)
  }
  return { distances, farthest: end > 0 ? queue[end - 1] : from }
}
