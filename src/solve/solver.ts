import type { EngineFactory, Engines } from '../engines/create-engine.ts'
import type { Engine, EngineOptions } from '../engines/engine.ts'
import { HrmError } from '../errors.ts'
import { yieldToEventLoop } from '../event-loop.ts'
import { onAbort, throwIfAborted, untilAborted } from '../on-abort.ts'
import { trainedShape } from '../tasks/lists.ts'
import type { Puzzle, Task } from '../tasks/task.ts'
import type { LoadedModel } from '../weights/load-model.ts'
import { describeModel } from '../weights/model-info.ts'
import type { IsSolved, Stepping } from './attempt.ts'
import { ENGINE_FOR, type TellingSolver } from './engine-for.ts'
import { groupByShape } from './group-by-shape.ts'
import { ofNthBoard } from './nth-board.ts'
import { type CheckedOptions, checkOptions } from './options.ts'
import { createPools } from './pools.ts'
import { bindSlot } from './slot.ts'
import type { SlotPool } from './slot-pool.ts'
import { slotsFor } from './slots-for.ts'
import { solveProgram } from './solve-program.ts'
import type { SolveResult, SolveStep } from './types.ts'

export interface SolverParts {
  readonly loaded: LoadedModel
  readonly task: Task
  readonly slots: number
  readonly engines: Engines
  /** An engine to begin with, so that its failures show when the solver is made. */
  readonly first: Engine
}

/** Ties model, task and engine together. One engine is kept for every board size of late. */
export function createSolverFrom({ loaded, task, slots, engines, first }: SolverParts): TellingSolver {
  const { model } = loaded
  const pools = createPools()
  const batchPools = createPools()
  pools.done(pools.use(trainedShape(model.config), () => first))
  /** The engine of the pool lent last, which is not given up: it knows of a GPU that was lost. */
  let newest = first
  let disposed = false

  const refuseDisposed = (): void => {
    if (disposed) throw new HrmError('disposed', 'the solver was disposed')
  }
  const optionsFor = (puzzle: Puzzle): EngineOptions => {
    return { model, geometry: task.geometry(puzzle), slots: slotsFor(slots, model.config, puzzle.shape) }
  }
  /** The engine for so many boards at once, if not the usual one. The GPU may have to be measured first: many steps. */
  const batchFactoryFor = async (puzzle: Puzzle, boards: number, signal?: AbortSignal) => {
    refuseDisposed()
    throwIfAborted(signal)
    if (!engines.batch) return undefined
    const engineOptions = optionsFor(puzzle)
    return untilAborted(engines.batch.factoryFor(engineOptions, Math.min(boards, engineOptions.slots)), signal)
  }
  /** A pool for a board, wanted until `release` is called. */
  const lendPool = (puzzle: Puzzle, batch?: EngineFactory): { pool: SlotPool; release: () => void } => {
    refuseDisposed()
    const held = batch ? batchPools : pools
    const pool = held.use(puzzle.shape, () => (batch ?? engines.create)(optionsFor(puzzle)))
    if (!batch) newest = pool.engine
    return { pool, release: () => held.done(pool) }
  }
  /** The same for so many boards of its size. */
  const lendPoolFor = async (puzzle: Puzzle, boards: number, signal?: AbortSignal) =>
    lendPool(puzzle, await batchFactoryFor(puzzle, boards, signal))

  const dispose = (): void => {
    disposed = true
    pools.dispose()
    batchPools.dispose()
    engines.release()
  }

  const begin = (
    pool: SlotPool,
    slot: number,
    puzzle: Puzzle,
    options: CheckedOptions,
    observe?: (step: SolveStep) => void,
  ): Stepping<SolveResult> => solveProgram({ model, task, puzzle, slot: bindSlot(pool, slot), ...options, observe })

  async function* steps(
    puzzle: Puzzle,
    options: CheckedOptions,
    describe: boolean,
  ): AsyncGenerator<SolveStep | undefined, SolveResult, void> {
    const { pool, release } = lendPool(puzzle)
    const goOn = () => throwIfAborted(options.signal)
    let slot: number | undefined
    let held = true
    const giveBack = () => {
      if (!held) return
      held = false
      if (slot !== undefined) pool.give(slot)
      release()
    }
    try {
      goOn()
      slot = await pool.take(options.signal)
      let step: SolveStep | undefined
      const observe = describe ? (s: SolveStep) => (step = s) : undefined
      const program = begin(pool, slot, puzzle, options, observe)
      for (;;) {
        goOn()
        const { done, value } = program.next()
        if (step) {
          // Whoever aborts need not ask for another step: the slot must not wait for that.
          const stop = onAbort(options.signal, giveBack)
          try {
            yield step
          } finally {
            stop()
          }
        }
        step = undefined
        if (done) return value
        goOn()
        await pool.step([slot], value, goOn)
        await yieldToEventLoop()
      }
    } finally {
      giveBack()
    }
  }

  return {
    task: task.name,
    model: describeModel(loaded),
    get backend() {
      return newest.backend
    },
    get build() {
      return newest.build
    },
    async solve(board, options = {}) {
      const checked = checkOptions(options)
      refuseDisposed()
      throwIfAborted(checked.signal)
      const run = steps(task.parse(board), checked, false)
      for (;;) {
        const { done, value } = await run.next()
        if (done) return value
      }
    },
    steps(board, options = {}) {
      const checked = checkOptions(options)
      return steps(task.parse(board), checked, true) as AsyncGenerator<SolveStep, SolveResult, void>
    },
    async solveBatch(boards, options = {}) {
      const checked = checkOptions(options)
      if (!Array.isArray(boards)) throw new HrmError('option_invalid', 'boards must be an array of strings')
      refuseDisposed()
      throwIfAborted(checked.signal)
      const puzzles = Array.from(boards, (board, i) => parseNth(task, board, i))
      const results = new Array<SolveResult>(boards.length)
      let finished = 0
      let solved = 0
      const finish = (index: number, result: SolveResult) => {
        results[index] = result
        finished++
        if (result.status === 'solved') solved++
        options.onProgress?.({ done: finished, total: boards.length, solved })
      }
      for (const group of groupByShape(puzzles)) {
        const { pool, release } = await lendPoolFor(puzzles[group[0]], group.length, checked.signal)
        try {
          await solveGroup(pool, puzzles, group, checked, begin, finish)
        } finally {
          release()
        }
      }
      return results
    },
    async [ENGINE_FOR](board, boards, signal) {
      const { pool, release } = await lendPoolFor(task.parse(board), boards, signal)
      release()
      return pool.engine
    },
    dispose,
    // Where there is no such symbol, in Safari say, this is a method named "undefined", and nobody asks for it.
    [Symbol.dispose]: dispose,
  }
}

/** Runs the boards named by `group` through a pool: a finished board's slot goes to the next board at once. */
async function solveGroup(
  pool: SlotPool,
  puzzles: readonly Puzzle[],
  group: readonly number[],
  options: CheckedOptions,
  begin: (pool: SlotPool, slot: number, puzzle: Puzzle, options: CheckedOptions) => Stepping<SolveResult>,
  finish: (index: number, result: SolveResult) => void,
): Promise<void> {
  const live = new Map<number, { index: number; program: Stepping<SolveResult>; isSolved?: IsSolved }>()
  const goOn = () => throwIfAborted(options.signal)
  let next = 0
  const fill = (slot: number): void => {
    const index = group[next++]
    live.set(slot, { index, program: begin(pool, slot, puzzles[index], options) })
  }
  try {
    while (next < group.length || live.size > 0) {
      goOn()
      while (next < group.length) {
        const slot = live.size === 0 ? await pool.take(options.signal) : pool.tryTake()
        if (slot === undefined) break
        fill(slot)
      }
      for (const [slot, board] of live) {
        const { done, value } = board.program.next()
        if (!done) {
          board.isSolved = value
          continue
        }
        finish(board.index, value)
        live.delete(slot)
        pool.give(slot)
        // Refilled at once, unless another solve waits for a slot; the loop then comes to the new board last.
        const again = next < group.length ? pool.tryTake() : undefined
        if (again !== undefined) fill(again)
      }
      // On a processor one after another: a step of all of them at once would hold up the page, and an abort.
      const running = [...live.keys()]
      const together = pool.engine.backend === 'webgpu' && running.length > 0
      const turns = together ? [running] : running.map((slot) => [slot])
      for (const turn of turns) {
        goOn()
        await pool.step(turn, (slot) => live.get(slot)?.isSolved?.() ?? false, goOn)
        await yieldToEventLoop()
      }
    }
  } finally {
    for (const slot of live.keys()) pool.give(slot)
  }
}

function parseNth(task: Task, board: string, index: number): Puzzle {
  try {
    return task.parse(board)
  } catch (error) {
    throw ofNthBoard(error, index)
  }
}
