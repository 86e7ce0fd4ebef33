import { describe, expect, it } from 'vitest'
import { SHAPES } from '../../tests/helpers/boards.ts'
import { CANDIDATES, GRID_LISTS, OFFICIAL } from '../../tests/helpers/configs.ts'
import type { AttentionTable } from '../engines/engine.ts'
import type { ListName, ModelConfig } from '../weights/config.ts'
import { type BoardShape, buildGeometry, listWidth, trainedShape } from './lists.ts'

const rowOf = ({ width, indices }: AttentionTable, token: number) => [
  ...indices.slice(token * width, (token + 1) * width),
]

/** One table by its name. */
function tableOf(config: ModelConfig, name: ListName, shape: BoardShape = trainedShape(config)): AttentionTable {
  return buildGeometry({ ...config, lists: [name] }, shape).tables[0]
}

const sudoku = ({ rows, cols, boxRows, boxCols }: BoardShape): ModelConfig => ({
  ...CANDIDATES,
  seq_len: rows ** 3,
  task: { ...CANDIDATES.task, rows, cols, box_rows: boxRows, box_cols: boxCols },
})
const grid = (rows: number, cols: number): ModelConfig => ({
  ...GRID_LISTS,
  seq_len: rows * cols,
  task: { ...GRID_LISTS.task, rows, cols },
})

/** Members of one list read exactly each other, in ascending order, themselves included. */
function expectCliques(table: AttentionTable, tokens: number): void {
  expect(table.indices.length).toBe(tokens * table.width)
  const rows = Array.from({ length: tokens }, (_, t) => rowOf(table, t))
  const written = rows.map((row) => row.join())
  for (let t = 0; t < tokens; t++) {
    expect(rows[t]).toContain(t)
    expect(written[t]).toBe([...new Set(rows[t])].sort((a, b) => a - b).join())
    expect(rows[t].every((other) => written[other] === written[t])).toBe(true)
  }
}

describe('candidate lists', () => {
  // The largest boards add nothing but time to a check of every pair.
  const shapes = Object.entries(SHAPES).filter(([, { rows }]) => rows <= 9)

  it.each(shapes)('are partitions into groups of n that read each other: %s', (_, shape) => {
    const { tokens, tables } = buildGeometry(sudoku(shape), shape)
    expect(tokens).toBe(shape.rows ** 3)
    expect(tables.length).toBe(4)
    for (const table of tables) {
      expect(table.width).toBe(shape.rows)
      expectCliques(table, tokens)
    }
  })

  it.each(shapes)('keep to their symbol, or their cell: %s', (_, shape) => {
    const n = shape.rows
    const config = sudoku(shape)
    for (let t = 0; t < n ** 3; t++) {
      const [cell, symbol] = [Math.floor(t / n), t % n]
      expect(rowOf(tableOf0(config, 'cell'), t)).toEqual(Array.from({ length: n }, (_, s) => cell * n + s))
      for (const name of ['row', 'column', 'box'] as const) {
        for (const other of rowOf(tableOf0(config, name), t)) expect(other % n).toBe(symbol)
      }
    }
  })

  const cache = new Map<string, AttentionTable>()
  function tableOf0(config: ModelConfig, name: ListName): AttentionTable {
    const key = `${config.task.rows} ${name}`
    const table = cache.get(key) ?? tableOf(config, name)
    cache.set(key, table)
    return table
  }

  it('follow boxes that are wider than high', () => {
    // 6x6, boxes of 2 rows x 3 columns. Cell 10 is row 1, column 4: the box of rows 0, 1 and columns 3..5.
    const table = tableOf(sudoku(SHAPES['6x6']), 'box')
    const cells = rowOf(table, 10 * 6 + 2).map((t) => (t - 2) / 6)
    expect(cells).toEqual([3, 4, 5, 9, 10, 11])
  })

  it('follow boxes that are higher than wide', () => {
    const tall = { rows: 6, cols: 6, boxRows: 3, boxCols: 2 }
    const cells = rowOf(tableOf(sudoku(tall), 'box'), 10 * 6).map((t) => t / 6)
    expect(cells).toEqual([4, 5, 10, 11, 16, 17])
  })

  it('run the same model on any shape', () => {
    const { tokens, tables } = buildGeometry(CANDIDATES, SHAPES['16x16'])
    expect(tokens).toBe(4096)
    expect(tables.map(({ width }) => width)).toEqual([16, 16, 16, 16])
    expect(rowOf(tables[3], 4095).map((t) => (t - 15) / 16)).toEqual([
      204, 205, 206, 207, 220, 221, 222, 223, 236, 237, 238, 239, 252, 253, 254, 255,
    ])
  })
})

describe('cell lists', () => {
  it('read along rows, columns and the whole grid', () => {
    const config = grid(3, 4)
    expect(rowOf(tableOf(config, 'row'), 6)).toEqual([4, 5, 6, 7])
    expect(rowOf(tableOf(config, 'column'), 6)).toEqual([2, 6, 10])
    expect(rowOf(tableOf(config, 'all'), 6)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    for (const name of ['row', 'column', 'all'] as const) expectCliques(tableOf(config, name), 12)
  })

  it('read boxes of a sudoku', () => {
    expect(rowOf(tableOf({ ...OFFICIAL, attention: 'lists' }, 'box'), 6)).toEqual([2, 3, 6, 7])
  })

  it('read neighbours down, left, right, up, with -1 over the edge', () => {
    const table = tableOf(grid(3, 4), 'neighbours')
    expect(table.width).toBe(4)
    expect(rowOf(table, 5)).toEqual([9, 4, 6, 1])
    expect(rowOf(table, 0)).toEqual([4, -1, 1, -1])
    expect(rowOf(table, 3)).toEqual([7, 2, -1, -1])
    expect(rowOf(table, 8)).toEqual([-1, -1, 9, 4])
    expect(rowOf(table, 11)).toEqual([-1, 10, -1, 7])
    expect(rowOf(tableOf(grid(1, 1), 'neighbours'), 0)).toEqual([-1, -1, -1, -1])
  })

  it('are as wide as listWidth says', () => {
    for (const config of [grid(3, 4), grid(1, 7), grid(5, 1)]) {
      for (const name of ['row', 'column', 'neighbours', 'all'] as const) {
        expect(tableOf(config, name).width, name).toBe(listWidth(name, trainedShape(config)))
      }
    }
    for (const shape of [SHAPES['6x6'], SHAPES['9x9']]) {
      for (const name of ['cell', 'row', 'column', 'box'] as const) {
        expect(tableOf(sudoku(shape), name).width, name).toBe(listWidth(name, shape))
      }
    }
  })
})

describe('buildGeometry', () => {
  it('shares one table among the heads of one list', () => {
    const { tables } = buildGeometry(GRID_LISTS, trainedShape(GRID_LISTS))
    expect(tables.length).toBe(6)
    expect(tables[0]).toBe(tables[1])
    expect(tables[3]).toBe(tables[4])
    expect(new Set(tables).size).toBe(4)
  })

  it('has no tables for full attention', () => {
    expect(buildGeometry(OFFICIAL, trainedShape(OFFICIAL))).toEqual({ tokens: 16, tables: [] })
  })
})
