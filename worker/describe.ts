import type { z } from '@hono/zod-openapi'
import type { Solver } from '../src/solve/types.ts'
import { trainedShape } from '../src/tasks/lists.ts'
import { lengthsOf } from '../src/tasks/sudoku/parse.ts'
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

export function describeTask({ model, task }: Solver): z.infer<typeof taskInfo> {
  const { config } = model
  const { kind, rows, cols } = config.task
  const anySize = kind === 'sudoku' && config.token_kind === 'candidates'
  return {
    name: task,
    kind,
    rows,
    cols,
    boardLengths: anySize ? lengthsOf(trainedShape(config)) : [rows * cols],
    verified: kind === 'sudoku',
    model: model.name,
  }
}
