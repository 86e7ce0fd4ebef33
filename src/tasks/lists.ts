import type { AttentionTable, Geometry } from '../engines/engine.ts'
import type { ListName, ModelConfig } from '../weights/config.ts'

/** Shape of one board: cells, and the boxes where it has them. */
export interface BoardShape {
  readonly rows: number
  readonly cols: number
  readonly boxRows: number
  readonly boxCols: number
}

/** Rows and columns as text: what boards that share an engine have in common. */
export const sizeName = ({ rows, cols }: BoardShape): string => `${rows}x${cols}`

/** The board shape that a model was trained on. A board without boxes counts as one box a cell. */
export function trainedShape(config: ModelConfig): BoardShape {
  const { rows, cols, box_rows: boxRows = 1, box_cols: boxCols = 1 } = config.task
  return { rows, cols, boxRows, boxCols }
}

/** Places in a list of this name: the second dimension of its table. */
export function listWidth(name: ListName, { rows, cols, boxRows, boxCols }: BoardShape): number {
  switch (name) {
    case 'cell':
    case 'row':
      return cols
    case 'column':
      return rows
    case 'box':
      return boxRows * boxCols
    case 'neighbours':
      return 4
    case 'all':
      return rows * cols
  }
}

/** Tokens of each cell of a board of this shape. */
const tokensPerCell = (config: ModelConfig, { rows }: BoardShape): number =>
  config.token_kind === 'candidates' ? rows : 1

/** What the model sees of a board of this shape: where it is `walled`, a cell more on every side. */
export const seenShape = ({ task }: ModelConfig, shape: BoardShape): BoardShape =>
  task.walled ? { ...shape, rows: shape.rows + 2, cols: shape.cols + 2 } : shape

/** Places of the longest list on a board of this shape: those that `list_bias` has, where it is the trained one. */
export function longestList(config: ModelConfig, shape: BoardShape): number {
  const seen = seenShape(config, shape)
  return Math.max(0, ...config.lists.map((name) => listWidth(name, seen)))
}

/** Tokens of a board of this shape, without a prefix. */
export function tokensOf(config: ModelConfig, shape: BoardShape): number {
  const { rows, cols } = seenShape(config, shape)
  return rows * cols * tokensPerCell(config, shape)
}

/** Who reads whom on a board of this shape: docs/format.md, "Lists". */
export function buildGeometry(config: ModelConfig, shape: BoardShape): Geometry {
  const seen = seenShape(config, shape)
  const symbols = tokensPerCell(config, shape)
  const made = new Map<ListName, AttentionTable>()
  const tables = config.lists.map((name) => {
    const table = made.get(name) ?? buildTable(name, seen, symbols)
    made.set(name, table)
    return table
  })
  return { tokens: tokensOf(config, shape), tables }
}

function buildTable(name: ListName, shape: BoardShape, symbols: number): AttentionTable {
  const cells = shape.rows * shape.cols
  const width = listWidth(name, shape)
  const indices = new Int32Array(cells * symbols * width)
  let at = 0
  for (let cell = 0; cell < cells; cell++) {
    const seen = name === 'cell' ? undefined : cellsOf(name, cell, shape)
    for (let s = 0; s < symbols; s++) {
      for (let i = 0; i < width; i++) {
        const c = seen ? seen[i] : cell
        indices[at++] = c < 0 ? -1 : c * symbols + (seen ? s : i)
      }
    }
  }
  return { width, indices }
}

/** Cells on the list of one cell, in ascending order but for `neighbours`. */
function cellsOf(name: Exclude<ListName, 'cell'>, cell: number, shape: BoardShape): number[] {
  const { rows, cols, boxRows, boxCols } = shape
  const row = Math.floor(cell / cols)
  const column = cell % cols
  switch (name) {
    case 'row':
      return Array.from({ length: cols }, (_, i) => row * cols + i)
    case 'column':
      return Array.from({ length: rows }, (_, i) => i * cols + column)
    case 'box': {
      const top = row - (row % boxRows)
      const left = column - (column % boxCols)
      return Array.from(
        { length: boxRows * boxCols },
        (_, i) => (top + Math.floor(i / boxCols)) * cols + left + (i % boxCols),
      )
    }
    case 'neighbours':
      return [
        row + 1 < rows ? cell + cols : -1,
        column > 0 ? cell - 1 : -1,
        column + 1 < cols ? cell + 1 : -1,
        row > 0 ? cell - cols : -1,
      ]
    case 'all':
      return Array.from({ length: rows * cols }, (_, i) => i)
  }
}
