import type { Engine } from '../../../src/engines/engine.ts'
import { bestSymbols } from '../../../src/solve/reading.ts'
import type { Puzzle, Task } from '../../../src/tasks/task.ts'

/** What one of two engines made of a step. */
export interface Side {
  /** Whether the board it reads keeps every rule. */
  solved: boolean
  /** Of this step alone. */
  milliseconds: number
}

/** One ACT step of two engines that began alike and never see each other's states. */
export interface PrecisionStep {
  step: number
  /** Cells that the puzzle left open, and those of them that both read as the same digit. */
  open: number
  alike: number
  /** Largest difference of the belief in a digit of a cell, 0..1. */
  beliefGap: number
  /** Root mean square of the differences of logits, by that of the second's logits. */
  logitGap: number
  first: Side
  second: Side
}

/**
 * Runs the net alone, without a search, on two engines side by side, until both have solved the puzzle.
 * @param now milliseconds
 */
export async function* runInLockstep(
  task: Task,
  puzzle: Puzzle,
  [a, b]: readonly [Engine, Engine],
  { maxSteps, now = () => performance.now() }: { maxSteps: number; now?: () => number },
): AsyncGenerator<PrecisionStep, void, void> {
  const open = [...puzzle.cells.keys()].filter((cell) => puzzle.cells[cell] === 0)
  for (const engine of [a, b]) engine.start(0, task.encode(puzzle))
  const solved = [false, false]
  for (let step = 1; step <= maxSteps && !(solved[0] && solved[1]); step++) {
    const read = async (engine: Engine) => {
      const from = now()
      await engine.step([0])
      const milliseconds = now() - from
      const logits = engine.logits(0)
      const beliefs = task.read(puzzle, logits)
      const cells = bestSymbols(beliefs, task.symbols(puzzle))
      return { logits, beliefs, cells, side: { solved: task.isSolution(puzzle, cells), milliseconds } }
    }
    const [first, second] = [await read(a), await read(b)]
    solved[0] ||= first.side.solved
    solved[1] ||= second.side.solved
    yield {
      step,
      open: open.length,
      alike: open.filter((cell) => first.cells[cell] === second.cells[cell]).length,
      beliefGap: first.beliefs.reduce((gap, belief, i) => Math.max(gap, Math.abs(belief - second.beliefs[i])), 0),
      logitGap: rms(first.logits.map((logit, i) => logit - second.logits[i])) / rms(second.logits),
      first: first.side,
      second: second.side,
    }
  }
}

const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
