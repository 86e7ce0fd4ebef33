import type { Engine } from '../engines/engine.ts'
import type { Solver } from './types.ts'

/** The engine that would compute so many boards of this one's size now. A GPU may have to be measured first. */
export type EngineFor = (
  board: string,
  boards: number,
  signal?: AbortSignal,
) => Promise<Pick<Engine, 'slots' | 'backend'>>

/** For whoever shares a solver among callers; a symbol, as it is no part of what a `Solver` is to others. */
export const ENGINE_FOR = Symbol('engineFor')

/** A solver of `createSolver`. One of worker threads does not tell. */
export interface TellingSolver extends Solver {
  readonly [ENGINE_FOR]: EngineFor
}

export function engineFor(solver: Solver): EngineFor | undefined {
  return (solver as Partial<TellingSolver>)[ENGINE_FOR]
}
