import type { ModelConfig } from '../weights/config.ts'
import { createGridTask } from './grid.ts'
import { createMazeTask } from './maze/maze.ts'
import { createSudokuTask } from './sudoku/sudoku.ts'
import type { Task } from './task.ts'

/** The task that a model's config describes. */
export function createTask(config: ModelConfig): Task {
  switch (config.task.kind) {
    case 'sudoku':
      return createSudokuTask(config)
    case 'maze':
      return createMazeTask(config)
    case 'grid':
      return createGridTask(config)
  }
}
