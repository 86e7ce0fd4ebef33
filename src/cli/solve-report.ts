import type { SolveResult } from '../index.ts'
import { createTask } from '../tasks/create-task.ts'
import type { ModelConfig } from '../weights/config.ts'
import { beside, drawGrid } from './grid.ts'
import { printable } from './output.ts'
import { mayStyle } from './terminal.ts'

/** One solved board for a terminal: question and answer side by side, and how it went. */
export function describeOne(
  board: string,
  result: SolveResult,
  ms: number,
  config: ModelConfig,
  color = mayStyle(process.stdout),
): string {
  const summary = `${describeResult(result)}, ${ms.toFixed(0)} ms (${result.model})`
  return result.solution === null ? summary : `${draw(board, result.solution, config, color)}\n\n${summary}`
}

/** One of several boards: a line, but a maze, which no one can read in a line, is drawn. */
export function describeEach(
  board: string,
  result: SolveResult,
  config: ModelConfig,
  color = mayStyle(process.stdout),
): string {
  if (config.task.kind !== 'maze') return `${printable(result.solution ?? board)}  ${describeResult(result)}`
  return `${draw(board, result.solution, config, color)}\n\n${describeResult(result)}\n`
}

/** What several boards come to. */
export function describeAll(results: readonly SolveResult[], ms: number): string {
  return `${countSolved(results)} of ${results.length} solved, ${ms.toFixed(0)} ms (${results[0].model})`
}

export const countSolved = (results: readonly SolveResult[]): number =>
  results.filter(({ status }) => status === 'solved').length

/** The question, and beside it the answer if there is one. */
function draw(board: string, answer: string | null, config: ModelConfig, color: boolean): string {
  const task = createTask(config)
  const puzzle = task.parse(board)
  // A Sudoku as it was given, with its own blanks.
  const question = task.kind === 'sudoku' ? board.replace(/\s/g, '') : task.format(puzzle, puzzle.cells)
  const asked = drawGrid(question, puzzle.shape)
  return answer === null ? asked : beside(asked, drawGrid(answer, puzzle.shape, question, color))
}

function describeResult({ status, steps, attempts, verified }: SolveResult): string {
  const effort = `${plural(steps, 'step')}, ${plural(attempts, 'attempt')}`
  if (status === 'unsolved') return `unsolved after ${effort}`
  return `solved in ${effort}, ${verified ? 'verified' : 'not verified: the task has no known rules'}`
}

const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
