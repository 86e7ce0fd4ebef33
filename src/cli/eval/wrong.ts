import type { Task } from '../../tasks/task.ts'
import { obeysMazeRules } from './maze-rules.ts'
import { obeysSudokuRules } from './sudoku-rules.ts'

/**
 * Whether a board was returned as solved and is not the answer. A puzzle with several solutions has no answer to differ
 * from: where rules are known, a solution that obeys them is right whatever the data set says. The rules are looked at
 * here once more, apart from the solver's own verifier, so that a fault in that one would show.
 */
export function isWrong(task: Task, question: string, answer: string, solution: string | null): boolean {
  if (solution === null || solution === answer) return false
  if (!task.hasRules) return true
  const { shape } = task.parse(question)
  return !(task.kind === 'maze'
    ? obeysMazeRules(question, solution, shape.cols)
    : obeysSudokuRules(question, solution, shape))
}
