import type { BackendChoice } from '../../engines/backend-option.ts'
import type { Engines, OpenEnginesOptions } from '../../engines/create-engine.ts'
import { groupByShape } from '../../solve/group-by-shape.ts'
import { createPools } from '../../solve/pools.ts'
import { bestSymbols, saysHalt } from '../../solve/reading.ts'
import type { SlotPool } from '../../solve/slot-pool.ts'
import { slotsFor } from '../../solve/slots-for.ts'
import type { ModelInfo, SolveResult } from '../../solve/types.ts'
import type { Puzzle, Task } from '../../tasks/task.ts'
import type { LoadedModel } from '../../weights/load-model.ts'
import { openFor } from '../backend.ts'
import type { EvalRow } from './rows.ts'
import { isWrong } from './wrong.ts'

/** Everything an evaluation needs to know; plain data, so that it can be handed to a thread. */
export interface EvaluatorOptions {
  loaded: LoadedModel
  backend?: BackendChoice
  maxSteps: number
  seed: number
  /** Boards computed side by side, at most: fewer where the memory for them ends. */
  slots: number
}

/** What the solver made of one row. */
export interface RowSolve {
  status: SolveResult['status']
  /** ACT steps of the solve. */
  steps: number
  /** Returned as solved, but not the answer of a puzzle that has only one. */
  wrong: boolean
}

/** What became of one row. */
export interface RowResult extends RowSolve {
  /** The model alone read the right answer at its last step, no verifier asked. */
  rawExact: boolean
  /** The same for any board that obeys the rules: a maze has many shortest ways. Where no rules are known, as `rawExact`. */
  rawValid: boolean
  /** The halting head said stop then: the model's own word on whether the board is right. */
  halts: boolean
}

export interface Evaluator {
  readonly task: Task
  readonly model: ModelInfo
  /** @param onRow called after every row, both the solve and what the net alone makes of it */
  evaluate(rows: readonly EvalRow[], onRow?: () => void): Promise<RowResult[]>
  /** Only the solves, without what the net alone makes of the rows. */
  solve(rows: readonly EvalRow[], onRow?: () => void): Promise<RowSolve[]>
  dispose(): void
}

/** Rows evaluated before the next, per slot: enough to fill a GPU most of the time, few enough that progress is seen. */
const PART = 4

/**
 * @param open gets the engines ready; another one's figures can be compared with
 * @throws HrmError as `createSolver` does
 */
export async function createEvaluator(
  options: EvaluatorOptions,
  open?: (options: OpenEnginesOptions) => Promise<Engines>,
): Promise<Evaluator> {
  const { loaded, backend, slots, maxSteps, seed } = options
  const { solver, task, engines } = await openFor(loaded, backend, slots, open)
  const { model } = loaded
  const pools = createPools()

  /** @returns in the order of the puzzles */
  const rawBoards = async (puzzles: readonly Puzzle[]): Promise<RawBoard[]> => {
    const boards = new Array<RawBoard>(puzzles.length)
    for (const group of groupByShape(puzzles)) {
      const [first] = group
      const { shape } = puzzles[first]
      const pool = pools.use(shape, () =>
        engines.create({
          model,
          geometry: task.geometry(puzzles[first]),
          slots: slotsFor(slots, model.config, shape),
        }),
      )
      const width = pool.engine.slots
      try {
        for (let at = 0; at < group.length; at += width) {
          const wave = group.slice(at, at + width)
          const raw = await rawWave(
            pool,
            task,
            wave.map((i) => puzzles[i]),
            model.config.halt_max_steps,
          )
          wave.forEach((i, slot) => {
            boards[i] = raw[slot]
          })
        }
      } finally {
        pools.done(pool)
      }
    }
    return boards
  }

  const solve = async (rows: readonly EvalRow[], onRow?: () => void): Promise<RowSolve[]> => {
    const boards = rows.map((row) => row.question)
    const solved = await solver.solveBatch(boards, { maxSteps, seed, onProgress: onRow })
    return rows.map(({ question, answer }, i) => ({
      status: solved[i].status,
      steps: solved[i].steps,
      wrong: isWrong(task, question, answer, solved[i].solution),
    }))
  }

  const evaluatePart = async (rows: readonly EvalRow[]): Promise<RowResult[]> => {
    const solved = await solve(rows)
    const puzzles = rows.map((row) => task.parse(row.question))
    const raw = await rawBoards(puzzles)
    return rows.map(({ answer }, i) => ({
      ...solved[i],
      rawExact: raw[i].board === answer,
      rawValid: raw[i].board === answer || task.isSolution(puzzles[i], raw[i].cells),
      halts: raw[i].halts,
    }))
  }

  return {
    task,
    model: solver.model,
    solve,
    async evaluate(rows, onRow) {
      const results: RowResult[] = []
      for (let at = 0; at < rows.length; at += PART * slots) {
        const part = rows.slice(at, at + PART * slots)
        results.push(...(await evaluatePart(part)))
        for (let i = 0; i < part.length; i++) onRow?.()
      }
      return results
    },
    dispose() {
      solver.dispose()
      pools.dispose()
    },
  }
}

interface RawBoard {
  cells: Uint8Array
  board: string
  halts: boolean
}

/**
 * What the model alone makes of boards of one shape, one a slot, in one attempt of exactly `steps` ACT steps: no verifier,
 * no search, no early stop.
 */
async function rawWave(
  { engine, step }: SlotPool,
  task: Task,
  puzzles: readonly Puzzle[],
  steps: number,
): Promise<RawBoard[]> {
  const slots = [...puzzles.keys()]
  for (const slot of slots) engine.start(slot, task.encode(puzzles[slot]))
  for (let i = 0; i < steps; i++) await step(slots)
  return puzzles.map((puzzle, slot) => {
    const cells = bestSymbols(task.read(puzzle, engine.logits(slot)), task.symbols(puzzle))
    return { cells, board: task.format(puzzle, cells), halts: saysHalt(engine.q(slot)) }
  })
}
