import { HrmError } from '../../errors.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { checkBoardSize } from '../board-limits.ts'
import { type BoardShape, buildGeometry, seenShape, tokensOf, trainedShape } from '../lists.ts'
import { readCells } from '../read-cells.ts'
import type { Task } from '../task.ts'
import { readsAnySize } from './any-size.ts'
import { FREE, MAZE_SYMBOLS, PATH, readMaze, WALL } from './parse.ts'
import { placesOf } from './places.ts'
import { checkMaze, isShortestWay } from './rules.ts'
import { symmetriesOf, transpositionOf } from './symmetries.ts'

/**
 * Mazes: the answer draws one of the shortest ways from S to G. A board is a string of `#`, ` `, `S` and `G`, row by row;
 * line breaks tell its shape. Any size, where the model's lists take it.
 */
export function createMazeTask(config: ModelConfig): Task {
  const trained = trainedShape(config)
  const symbols = MAZE_SYMBOLS.length
  // Otherwise a turned or mirrored maze is the same problem to it, but for one thing: lists of rows or columns tell the two
  // apart.
  const tellsSides = config.list_bias || config.pos_encodings !== 'none'
  const tellsLines = config.lists.includes('row') || config.lists.includes('column')

  return {
    name: config.task.name,
    kind: config.task.kind,
    hasRules: true,
    parse(board) {
      const { cells, shape } = readMaze(board, trained, '# SG')
      checkFit(config, trained, shape)
      checkMaze(cells, shape)
      return { shape, cells: cells.map((symbol) => (symbol === FREE ? 0 : symbol)) }
    },
    parseAnswer(board, { shape }) {
      const { cells, shape: found } = readMaze(board, shape, MAZE_SYMBOLS.join(''))
      if (found.rows === shape.rows && found.cols === shape.cols) return cells
      const sizes = `${shape.rows} x ${shape.cols}, its answer ${found.rows} x ${found.cols}`
      throw new HrmError('board_length', `the maze is ${sizes}`)
    },
    symbols: () => symbols,
    geometry: ({ shape }) => buildGeometry(config, shape),
    encode({ shape, cells }) {
      const tokens = new Uint8Array(tokensOf(config, shape)).fill(WALL - 1)
      placesOf(config, shape).forEach((place, cell) => {
        tokens[place] = (cells[cell] || FREE) - 1
      })
      return tokens
    },
    read({ shape, cells }, logits) {
      const asked = readCells(logits, config.output_size, [FREE - 1, PATH - 1])
      const probabilities = new Float32Array(cells.length * symbols)
      placesOf(config, shape).forEach((place, cell) => {
        const symbol = cells[cell]
        const row = probabilities.subarray(cell * symbols, (cell + 1) * symbols)
        if (symbol > 0) row[symbol - 1] = 1
        else [row[FREE - 1], row[PATH - 1]] = asked.subarray(2 * place)
      })
      return probabilities
    },
    isSolution: ({ shape, cells: question }, cells) => isShortestWay(question, cells, shape),
    views({ shape }) {
      const seen = seenShape(config, shape)
      if (tellsSides) return symmetriesOf(seen)
      return tellsLines && seen.rows === seen.cols ? [transpositionOf(seen)] : []
    },
    format: (_, cells) => Array.from(cells, (symbol) => MAZE_SYMBOLS[(symbol || FREE) - 1]).join(''),
  }
}

/** @throws HrmError `task_mismatch` */
function checkFit(config: ModelConfig, trained: BoardShape, shape: BoardShape): void {
  const { rows, cols } = shape
  if (!readsAnySize(config) && (rows !== trained.rows || cols !== trained.cols)) {
    throw new HrmError(
      'task_mismatch',
      `this model reads mazes of ${trained.rows} x ${trained.cols}, not ${rows} x ${cols}`,
    )
  }
  checkBoardSize(config, shape)
}
