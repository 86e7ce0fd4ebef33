import type { Solver } from '../../src/solve/types.ts'
import { createSolver } from '../../src/threads/index.ts'

// Put in by build.mjs.
declare const WORKER_FILE: string
declare const WEIGHTS_SHA256: string

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
      // Where the page is not served securely there is no crypto.subtle to check with.
      sha256: isSecureContext ? WEIGHTS_SHA256 : undefined,
      slots: 1,
      worker: () => new Worker(new URL(WORKER_FILE, document.baseURI), { type: 'module' }),
      onProgress: onProgress && (({ loaded, total }) => onProgress(loaded, total)),
    })
  } catch (error) {
    creation = undefined
    throw error
  }
}
