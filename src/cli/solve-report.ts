import type { SolveResult } from '../index.ts'
import { createTask } from '../tasks/create-task.ts'
import type { ModelConfig } from '../weights/config.ts'
import type { BoardInput } from './board-input.ts'
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

/**
 * Every board in the order of the input, and a summary: one line a board, but mazes, which no one can read in a line,
 * are drawn.
 */
export function describeSeveral(
  inputs: readonly BoardInput[],
  results: readonly SolveResult[],
  ms: number,
  config: ModelConfig,
  color = mayStyle(process.stdout),
): string {
  const lines = results.map((r, i) => {
    const { board } = inputs[i]
    if (config.task.kind !== 'maze') return `${printable(r.solution ?? board)}  ${describeResult(r)}`
    return `${draw(board, r.solution, config, color)}\n\n${describeResult(r)}\n`
  })
  const solved = results.filter((r) => r.status === 'solved').length
  return `${lines.join('\n')}\n${solved} of ${results.length} solved, ${ms.toFixed(0)} ms (${results[0].model})`
}

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
