import type { Solver } from '../../src/solve/types.ts'
import { createSolver } from '../../src/threads/index.ts'
import { startWorker } from './start-worker.ts'
import { weightsHash } from './weights-hash.ts'

let creation: Promise<Solver> | undefined

/** The page's own solver, created at the first call. After a failure the next call tries again. */
export function pageSolver(onProgress?: (loaded: number, total: number | undefined) => void): Promise<Solver> {
  creation ??= create(onProgress)
  return creation
}

async function create(onProgress?: (loaded: number, total: number | undefined) => void): Promise<Solver> {
  try {
    return await createSolver({
      task: 'sudoku',
      sha256: weightsHash,
      slots: 1,
      worker: () => startWorker('solver'),
      onProgress: onProgress && (({ loaded, total }) => onProgress(loaded, total)),
    })
  } catch (error) {
    creation = undefined
    throw error
  }
}
