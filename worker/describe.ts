import type { z } from '@hono/zod-openapi'
import type { Solver } from '../src/solve/types.ts'
import { trainedShape } from '../src/tasks/lists.ts'
import { lengthsOf, shapeOf } from '../src/tasks/sudoku/parse.ts'
import { mostSteps, stepCost } from './budget.ts'
import type { Limits } from './limits.ts'
import type { modelInfo, taskInfo } from './schemas.ts'

export function describeModel({ model, task }: Solver): z.infer<typeof modelInfo> {
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

export function describeTask({ model, task }: Solver, limits: Limits): z.infer<typeof taskInfo> {
  const { config } = model
  const { kind, rows, cols } = config.task
  const anySize = kind === 'sudoku' && config.token_kind === 'candidates'
  const trained = trainedShape(config)
  const boardLengths = anySize ? lengthsOf(trained) : [rows * cols]
  return {
    name: task,
    kind,
    rows,
    cols,
    boardLengths,
    maxSteps: boardLengths.map((cells) => mostSteps(limits, stepCost(config, shapeOf(cells, trained)!))),
    verified: kind === 'sudoku',
    model: model.name,
  }
}
