import { checkBias, checkPositions } from '../../engines/checks.ts'
import type { Geometry } from '../../engines/engine.ts'
import { HrmError } from '../../errors.ts'
import { sigmoid, softmax } from '../../numerics/float.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { checkBoardSize } from '../board-limits.ts'
import { cellAt, nameCell } from '../cells.ts'
import { checkString } from '../check-string.ts'
import { type BoardShape, buildGeometry, tokensOf, trainedShape } from '../lists.ts'
import { readCells } from '../read-cells.ts'
import type { Marks, Puzzle, Task } from '../task.ts'
import { lengthsOf, readSymbols, shapeOf, symbolName, writeSymbols } from './parse.ts'
import { findConflict, unitsByCell as groupByCell, isOpen, isSolved, openCandidates, unitsOf } from './rules.ts'

/** Input of a candidate token: docs/format.md. */
const OPEN = 0
const ON = 1
const OFF = 2

/**
 * Sudoku of any box size for `candidates` models, of the trained size for `cells` models.
 * A board is a string of symbols row by row; `.` and `0` are blank, white space is left out.
 */
export function createSudokuTask(config: ModelConfig): Task {
  const trained = trainedShape(config)
  const shapes = new Map<number, KnownShape>()
  const known = (shape: BoardShape) => {
    const found = shapes.get(shape.rows)
    if (found) return found
    const units = unitsOf(shape)
    const made = { units, unitsByCell: groupByCell(units), geometry: buildGeometry(config, shape) }
    shapes.set(shape.rows, made)
    return made
  }
  const encoding = config.token_kind === 'candidates' ? candidateEncoding : cellEncoding(config)

  function parse(board: string): Puzzle {
    checkString(board)
    const text = board.replace(/\s/g, '')
    const shape = shapeOf(text.length, trained)
    if (!shape) {
      throw new HrmError(
        'board_length',
        `a Sudoku has ${lengthsOf(trained).join(', ')} cells, this board ${text.length}`,
      )
    }
    if (config.token_kind === 'cells' && shape !== trained) {
      throw new HrmError('board_length', `this model reads ${trained.rows * trained.cols} cells, not ${text.length}`)
    }
    // As engines would, but here its line is known. Every list of a candidate has a place for each symbol.
    checkPositions(config, tokensOf(config, shape))
    if (config.list_bias) checkBias(trained.rows, shape.rows)
    checkBoardSize(config, shape)
    const cells = readSymbols(text, shape)
    const clash = findConflict(known(shape).units, cells)
    if (clash) {
      const [first, second] = [cellAt(clash.first, shape), cellAt(clash.second, shape)]
      throw new HrmError(
        'board_conflict',
        `${symbolName(cells[clash.first])} stands twice in a unit: ${nameCell(first)} and ${nameCell(second)}`,
        { cells: [first, second] },
      )
    }
    return { shape, cells }
  }

  return {
    name: config.task.name,
    kind: config.task.kind,
    hasRules: true,
    branching: {
      hope: ({ cells }, logits) => encoding.hope(cells.length, logits),
      isOpen: ({ cells }) => isOpen(cells),
      openCandidates: (puzzle, cells, off) => openCandidates(known(puzzle.shape).units, cells, off),
      unitsByCell: ({ shape }) => known(shape).unitsByCell,
    },
    parse,
    parseAnswer: (board) => parse(board).cells,
    symbols: (puzzle) => puzzle.shape.rows,
    geometry: (puzzle) => known(puzzle.shape).geometry,
    encode: encoding.encode,
    read(puzzle, logits) {
      const n = puzzle.shape.rows
      const probabilities = encoding.read(n, logits)
      puzzle.cells.forEach((given, cell) => {
        if (given > 0) probabilities.fill(0, cell * n, (cell + 1) * n)[cell * n + given - 1] = 1
      })
      return probabilities
    },
    isSolution: (puzzle, cells) => isSolved(known(puzzle.shape).units, puzzle.cells, cells),
    views: () => [], // a model of candidates sees much the same in each, and a search does more for all
    format: (_, cells) => writeSymbols(cells),
  }
}

/** What is worked out once for a board shape. */
interface KnownShape {
  units: readonly (readonly number[])[]
  unitsByCell: readonly (readonly (readonly number[])[])[]
  geometry: Geometry
}

interface Encoding {
  encode(puzzle: Puzzle, marks?: Marks): Uint8Array
  /** `[cells][n]` probabilities. */
  read(n: number, logits: Float32Array): Float32Array
  hope(cells: number, logits: Float32Array): number
}

const candidateEncoding: Encoding = {
  encode({ shape, cells }, marks) {
    const n = shape.rows
    const tokens = new Uint8Array(cells.length * n)
    for (let cell = 0; cell < cells.length; cell++) {
      const given = cells[cell] || (marks ? marks.given[cell] : 0)
      for (let s = 0; s < n; s++) {
        if (given > 0) tokens[cell * n + s] = s === given - 1 ? ON : OFF
        else tokens[cell * n + s] = marks?.off[cell * n + s] ? OFF : OPEN
      }
    }
    return tokens
  },
  read(n, logits) {
    const probabilities = new Float32Array(logits.length)
    for (let at = 0; at < logits.length; at += n) softmax(logits, at, n, probabilities, at)
    return probabilities
  },
  hope(cells, logits) {
    let sum = 0
    for (const logit of logits) sum += sigmoid(logit)
    return sum / cells
  },
}

/** One token per cell; a ruled-out candidate cannot be told to such a model. */
function cellEncoding(config: ModelConfig): Encoding {
  const { symbols, rows } = config.task
  const blank = symbols.indexOf('.')
  const digits = Array.from({ length: rows }, (_, i) => symbols.indexOf(symbolName(i + 1)))
  return {
    encode: ({ cells }, marks) =>
      cells.map((given, cell) => {
        const symbol = given || (marks ? marks.given[cell] : 0)
        return symbol > 0 ? digits[symbol - 1] : blank
      }),
    read: (_, logits) => readCells(logits, config.output_size, digits),
    hope: () => 1,
  }
}
