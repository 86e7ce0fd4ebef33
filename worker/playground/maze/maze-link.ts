import { checkMaze, type Maze, type ParsedMaze } from './maze.ts'

/** A maze as a link carries it: rows x columns, the walls as bits in base64url, the cells of start and goal. */
export function toLink({ rows, columns, cells }: Maze): string {
  const bytes = new Uint8Array(Math.ceil(cells.length / 8))
  for (let cell = 0; cell < cells.length; cell++) if (cells[cell] === '#') bytes[cell >> 3] |= 0x80 >> (cell & 7)
  const walls = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  return [`${rows}x${columns}`, walls, cells.indexOf('S'), cells.indexOf('G')].join('.')
}

const LINK = /^(\d{1,3})x(\d{1,3})\.([\w-]*)\.(\d{1,5})\.(\d{1,5})$/

export function fromLink(link: string): ParsedMaze {
  const [, rows, columns, walls, start, goal] = LINK.exec(link) ?? []
  if (walls === undefined) return { problem: 'It is not written as this page writes links.' }
  const bytes = bytesOf(walls)
  const cells = Array.from<unknown, string>({ length: Number(rows) * Number(columns) }, (_, cell) =>
    bytes[cell >> 3] & (0x80 >> (cell & 7)) ? '#' : ' ',
  )
  if (bytes.length !== Math.ceil(cells.length / 8)) return { problem: 'It is cut short.' }
  for (const [symbol, cell] of [
    ['S', Number(start)],
    ['G', Number(goal)],
  ] as const) {
    if (cell < cells.length) cells[cell] = symbol
  }
  return checkMaze({ rows: Number(rows), columns: Number(columns), cells: cells.join('') })
}

/** None where the text is no base64url. */
function bytesOf(base64url: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  } catch {
    return new Uint8Array()
  }
}
