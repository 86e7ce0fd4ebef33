import type { Engine } from '../../src/engines/engine.ts'
import { bestSymbols } from '../../src/solve/reading.ts'
import type { Puzzle, Task } from '../../src/tasks/task.ts'

/** What an engine made of a puzzle. */
export interface Decoded {
  cells: Uint8Array
  solved: boolean
  /** Steps it took. */
  steps: number
  /** Of every cell, how much more the likeliest symbol is believed than the next. */
  margins: number[]
}

/** Runs puzzles side by side, each until its board passes the verifier or the steps are spent; no more than slots. */
export async function decodeBoards(
  engine: Engine,
  task: Task,
  puzzles: readonly Puzzle[],
  limit: number,
): Promise<Decoded[]> {
  const decoded: Decoded[] = []
  puzzles.forEach((puzzle, slot) => {
    engine.start(slot, task.encode(puzzle))
  })
  let live = puzzles.map((_, slot) => slot)
  for (let steps = 1; steps <= limit && live.length > 0; steps++) {
    await engine.step(live)
    live = live.filter((slot) => {
      const puzzle = puzzles[slot]
      const symbols = task.symbols(puzzle)
      const beliefs = task.read(puzzle, engine.logits(slot))
      const cells = bestSymbols(beliefs, symbols)
      const solved = task.isSolution(puzzle, cells)
      decoded[slot] = { cells, solved, steps, margins: marginsOf(beliefs, symbols) }
      return !solved
    })
  }
  return decoded
}

function marginsOf(beliefs: Float32Array, symbols: number): number[] {
  return Array.from({ length: beliefs.length / symbols }, (_, cell) => {
    const [first, second] = beliefs
      .slice(cell * symbols, (cell + 1) * symbols)
      .sort()
      .reverse()
    return first - second
  })
}
