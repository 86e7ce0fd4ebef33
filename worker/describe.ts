import type { z } from '@hono/zod-openapi'
import type { Solver } from '../src/solve/types.ts'
import { trainedShape } from '../src/tasks/lists.ts'
import { lengthsOf, shapeOf, symbolName } from '../src/tasks/sudoku/parse.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import { anySize } from './any-size.ts'
import { mostSteps, stepCost } from './budget.ts'
import { exampleOf } from './examples.ts'
import type { Limits } from './limits.ts'
import type { modelInfo, taskInfo } from './schemas.ts'
import { taskOf } from './task-of.ts'

export function servedModel({ model, task }: Solver): z.infer<typeof modelInfo> {
  return {
    id: model.name,
    task,
    parameters: model.parameters,
    dtype: 'int8',
    bytes: model.bytes,
    sha256: model.sha256,
    haltMaxSteps: model.config.halt_max_steps,
    license: model.card.license ?? null,
    scores: model.card.scores ?? [],
  }
}

export function servedTask(solver: Solver, limits: Limits): z.infer<typeof taskInfo> {
  const { model, task } = solver
  const { config } = model
  const { kind, rows, cols } = config.task
  const trained = trainedShape(config)
  const shapes = kind === 'sudoku' && anySize(config) ? lengthsOf(trained).map((n) => shapeOf(n, trained)!) : [trained]
  return {
    name: task,
    kind,
    rows,
    cols,
    anySize: anySize(config),
    symbols: symbolsOf(config),
    example: exampleOf(config).board,
    boardLengths: shapes.map((shape) => shape.rows * shape.cols),
    maxSteps: shapes.map((shape) => mostSteps(limits, stepCost(config, shape))),
    verified: taskOf(solver).hasRules,
    model: model.name,
  }
}

const MAZE_MEANINGS = [
  { symbol: '#', meaning: 'wall' },
  { symbol: ' ', meaning: 'free cell, as . is' },
  { symbol: 'S', meaning: 'start' },
  { symbol: 'G', meaning: 'goal' },
  { symbol: 'o', meaning: 'path, in answers alone' },
]

function symbolsOf({ task: { kind, rows, symbols } }: ModelConfig): z.infer<typeof taskInfo>['symbols'] {
  switch (kind) {
    case 'sudoku': {
      const digits = Array.from({ length: rows }, (_, i) => ({ symbol: symbolName(i + 1), meaning: 'digit' }))
      return [{ symbol: '.', meaning: 'blank, as 0 is' }, ...digits]
    }
    case 'maze':
      return MAZE_MEANINGS
    case 'grid':
      return symbols.filter((symbol) => symbol !== '').map((symbol) => ({ symbol, meaning: null }))
  }
}
