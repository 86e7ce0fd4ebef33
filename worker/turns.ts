import { engineFor } from '../src/solve/engine-for.ts'
import type { Solver } from '../src/solve/types.ts'
import type { Limits } from './limits.ts'

/**
 * How many boards of one caller may be computed at a time, where so many of this one's size are to be computed now: on a
 * processor all that there are slots for but one, which is the next caller's, and `turnsEach` at most. A GPU wants many, and
 * gets all that it has slots for.
 * @throws HrmError as a solve does, where there can be no engine
 */
export async function turnsFor(
  { turnsEach }: Limits,
  solver: Solver,
  board: string,
  boards: number,
  signal: AbortSignal,
): Promise<number> {
  const engine = await engineFor(solver)?.(board, boards, signal)
  if (!engine) return turnsEach
  return engine.backend === 'webgpu' ? engine.slots : Math.max(1, Math.min(turnsEach, engine.slots - 1))
}
