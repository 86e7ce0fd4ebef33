import type { Solver } from '../src/solve/types.ts'
import { type BoardShape, sizeName, tokensOf } from '../src/tasks/lists.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import type { Limits } from './limits.ts'
import { ProblemError } from './problem.ts'
import { taskOf } from './task-of.ts'

/** Tokens of a 9x9 Sudoku, whose ACT step is the unit of every limit on computing. */
const UNIT_TOKENS = 729

/**
 * What one ACT step on a board costs, in steps on a 9x9 Sudoku. Time goes with the tokens: measured within 4% of this
 * from 4x4 to 12x12, 11% above it for 16x16; for mazes 5% above it at 10x10, 10% at 45x45.
 */
export const stepCost = (config: ModelConfig, shape: BoardShape): number => tokensOf(config, shape) / UNIT_TOKENS

/**
 * Highest `maxSteps` for boards of a cost. Never below the default, so that who names no budget is never told that it is
 * too much: on 25x25, the largest Sudoku that can be written, the default costs 5,488 steps on 9x9.
 */
export function mostSteps({ maxSteps, defaultSteps }: Limits, cost: number): number {
  // by whole tokens, as a cost is rounded: 1024 steps divided by that of 768 tokens come to just under 972
  const tokens = Math.round(cost * UNIT_TOKENS)
  return Math.min(maxSteps, Math.max(defaultSteps, Math.floor((maxSteps * UNIT_TOKENS) / tokens)))
}

/**
 * Reads a board and checks that it may have so many steps.
 * @returns what a step on it costs, and its size
 * @throws HrmError `board_*`; ProblemError `option_invalid`
 */
export function checkBudget(
  limits: Limits,
  solver: Solver,
  board: string,
  maxSteps: number,
): { cost: number; size: string } {
  const { shape } = taskOf(solver).parse(board)
  const cost = stepCost(solver.model.config, shape)
  const most = mostSteps(limits, cost)
  const size = sizeName(shape)
  if (maxSteps <= most) return { cost, size }
  const detail = `maxSteps is ${maxSteps}: a board of ${size} may have ${most} at most.`
  throw new ProblemError('option_invalid', detail, { extras: { errors: [{ pointer: '/maxSteps', detail }] } })
}
