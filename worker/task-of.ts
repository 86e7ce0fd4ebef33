import type { Solver } from '../src/solve/types.ts'
import { createTask } from '../src/tasks/create-task.ts'
import type { Task } from '../src/tasks/task.ts'

const tasks = new WeakMap<Solver, Task>()

/** Reads boards as the solver does. A task prepares tables for every board size it meets: one is kept per solver. */
export function taskOf(solver: Solver): Task {
  const task = tasks.get(solver) ?? createTask(solver.model.config)
  tasks.set(solver, task)
  return task
}

/**
 * The board as the task writes it: one text for all spellings of its blanks, letters and white space. A maze is written a
 * line a row, for its length does not tell its shape.
 * @throws HrmError `board_*`
 */
export function canonicalBoard(solver: Solver, board: string): string {
  const task = taskOf(solver)
  const puzzle = task.parse(board)
  const text = task.format(puzzle, puzzle.cells)
  if (solver.model.config.task.kind !== 'maze') return text
  const { rows, cols } = puzzle.shape
  return Array.from({ length: rows }, (_, row) => text.slice(row * cols, (row + 1) * cols)).join('\n')
}
