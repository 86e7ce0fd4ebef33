import type { Geometry } from '../engines/engine.ts'
import { HrmError } from '../errors.ts'
import type { ModelConfig } from '../weights/config.ts'
import { cellAt, nameCell } from './cells.ts'
import { checkString } from './check-string.ts'
import { linesOf } from './lines.ts'
import { buildGeometry, trainedShape } from './lists.ts'
import { readCells } from './read-cells.ts'
import type { Puzzle, Task } from './task.ts'

/**
 * A user's own grid task: question and answer grids of one shape over the model's symbols, no known rules.
 * A board is a string of symbols row by row, with or without line breaks between the rows; other white space may be a
 * symbol.
 */
export function createGridTask(config: ModelConfig): Task {
  const shape = trainedShape(config)
  let geometry: Geometry | undefined
  // Symbol s (1-based) is the s-th vocabulary entry that boards use.
  const tokens = config.task.symbols.flatMap((s, token) => (s === '' ? [] : [token]))
  const symbolOf = new Map(tokens.map((token, i) => [config.task.symbols[token], i + 1]))
  const length = shape.rows * shape.cols

  /** Rows that stand on lines of their own tell the shape: cells of another shape are another board, however many. */
  function joinRows(board: string): string {
    const lines = linesOf(board)
    if (lines.length === 1) return lines[0]
    const { rows, cols } = shape
    if (lines.length !== rows) {
      throw new HrmError('board_length', `a ${config.task.name} board has ${rows} rows, this one ${lines.length}`)
    }
    const odd = lines.findIndex((line) => line.length !== cols)
    if (odd < 0) return lines.join('')
    throw new HrmError(
      'board_length',
      `row ${odd + 1} of a ${config.task.name} board has ${cols} cells, this one ${lines[odd].length}`,
    )
  }

  function parse(board: string): Puzzle {
    checkString(board)
    const text = joinRows(board)
    if (text.length !== length) {
      throw new HrmError('board_length', `a ${config.task.name} board has ${length} cells, this one ${text.length}`)
    }
    // Code units, as the length counts them: an emoji is two.
    const units = text.split('')
    const bad = units.flatMap((s, i) => (symbolOf.has(s) ? [] : [cellAt(i, shape)]))
    if (bad.length > 0) {
      const shown = JSON.stringify(text[bad[0].index])
      throw new HrmError('board_symbol', `${shown} at ${nameCell(bad[0])} is no symbol of ${config.task.name}`, {
        cells: bad,
      })
    }
    return { shape, cells: Uint8Array.from(units, (s) => symbolOf.get(s)!) }
  }

  return {
    name: config.task.name,
    kind: config.task.kind,
    hasRules: false,
    parse,
    parseAnswer: (board) => parse(board).cells,
    symbols: () => tokens.length,
    // Only for those who solve: the lists of a large grid have 64 MiB.
    geometry: () => (geometry ??= buildGeometry(config, shape)),
    encode: ({ cells }) => cells.map((s) => tokens[s - 1]),
    read: (_, logits) => readCells(logits, config.output_size, tokens),
    isSolution: () => false,
    views: () => [], // whether an answer may be turned is not known
    format: (_, cells) => Array.from(cells, (s) => config.task.symbols[tokens[s - 1]]).join(''),
  }
}
