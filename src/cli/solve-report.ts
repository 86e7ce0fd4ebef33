import type { SolveResult } from '../index.ts'
import { createTask } from '../tasks/create-task.ts'
import type { ModelConfig } from '../weights/config.ts'
import type { BoardInput } from './board-input.ts'
import { beside, drawGrid } from './grid.ts'
import { printable } from './output.ts'

/** One solved board for a terminal: question and answer side by side, and how it went. */
export function describeOne(
  board: string,
  result: SolveResult,
  ms: number,
  config: ModelConfig,
  color = process.stdout.isTTY === true,
): string {
  const summary = `${describeResult(result)}, ${ms.toFixed(0)} ms (${result.model})`
  if (result.solution === null) return summary
  const question = config.task.kind === 'sudoku' ? board.replace(/\s/g, '') : board.replace(/[\r\n]/g, '')
  const { shape } = createTask(config).parse(board)
  const answer = drawGrid(result.solution, shape, question, color)
  return `${beside(drawGrid(question, shape), answer)}\n\n${summary}`
}

/** One line a board, in the order of the input, and a summary. */
export function describeSeveral(inputs: readonly BoardInput[], results: readonly SolveResult[], ms: number): string {
  const lines = results.map((r, i) => `${printable(r.solution ?? inputs[i].board)}  ${describeResult(r)}`)
  const solved = results.filter((r) => r.status === 'solved').length
  return `${lines.join('\n')}\n${solved} of ${results.length} solved, ${ms.toFixed(0)} ms (${results[0].model})`
}

function describeResult({ status, steps, attempts, verified }: SolveResult): string {
  const effort = `${plural(steps, 'step')}, ${plural(attempts, 'attempt')}`
  if (status === 'unsolved') return `unsolved after ${effort}`
  return `solved in ${effort}, ${verified ? 'verified' : 'not verified: the task has no known rules'}`
}

const plural = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
