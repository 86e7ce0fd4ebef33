import type { ModelConfig } from '../weights/config.ts'
import { createGridTask } from './grid.ts'
import { createSudokuTask } from './sudoku/sudoku.ts'
import type { Task } from './task.ts'

/** The task that a model's config describes. */
export function createTask(config: ModelConfig): Task {
  return config.task.kind === 'sudoku' ? createSudokuTask(config) : createGridTask(config)
}
