import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CANDIDATES, MAZE, SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import type { ModelConfig } from '../weights/config.ts'
import { parseConfig } from '../weights/config-schema.ts'
import { readModel } from '../weights/read-model.ts'
import { excessOf } from './board-limits.ts'
import { createTask } from './create-task.ts'

interface Case {
  name: string
  board: [rows: number, cols: number]
  walled?: true
  change: Partial<ModelConfig>
  refused: 'places' | 'step' | null
}

/** What Python is asked, too: model/tests/test_config.py. */
const { config, cases }: { config: object; cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../tests/helpers/board-limits.json', import.meta.url), 'utf8'),
)

const REASONS = { places: /attention over \d+ places, more than 16777216$/, step: /multiply-adds in a step, more than/ }

describe('a board that was trained on', () => {
  it.each(cases)('$name', ({ board: [rows, cols], walled, change, refused }) => {
    const ring = walled ? 2 : 0
    const task = walled ? { ...MAZE.task, walled } : SMALLEST.task
    const symbols = task.symbols.length
    const text = JSON.stringify({
      ...config,
      vocab_size: symbols,
      output_size: symbols,
      seq_len: (rows + ring) * (cols + ring),
      ...change,
      task: { ...task, rows, cols },
    })
    if (refused) expectHrmError(() => parseConfig(text), 'weights_config', REASONS[refused])
    else expect(parseConfig(text).seq_len).toBe((rows + ring) * (cols + ring))
  })
})

describe('another board', () => {
  it('of the mazes that ship may have 256 cells a side', () => {
    const { config } = readModel(readFileSync(new URL('../../model/weights/maze.safetensors', import.meta.url)))
    expect(excessOf(config, { rows: 256, cols: 256, boxRows: 1, boxCols: 1 })).toBeUndefined()
  })

  const large = { hidden_size: 1024, intermediate_size: 1024, L_cycles: 32, L_layers: 8 }

  it('of a maze is refused where a step of it takes too long', () => {
    const model: ModelConfig = { ...MAZE, ...large }
    expect(excessOf(model, { rows: 3, cols: 4, boxRows: 1, boxCols: 1 })).toBeUndefined()
    const board = `S${' '.repeat(99 + 98 * 100 + 99)}G`.replace(/.{100}/g, '$&\n')
    expectHrmError(
      () => createTask(model).parse(board),
      'task_mismatch',
      /^a board of 100 x 100 has \d+ multiply-adds in a step, more than 549755813888$/,
    )
  })

  it('of a Sudoku too', () => {
    const task = createTask({ ...CANDIDATES, ...large })
    expect(task.parse('.'.repeat(16)).shape.rows).toBe(4)
    expectHrmError(() => task.parse('.'.repeat(256)), 'task_mismatch', 'a board of 16 x 16 has')
  })
})
