import type { Solver } from '../../src/solve/types.ts'
import { createSolver } from '../../src/threads/index.ts'
import type { PageTask } from './face.ts'
import { startWorker } from './start-worker.ts'
import { weightsHashes } from './weights-hash.ts'

type OnProgress = (loaded: number, total: number | undefined) => void

const creations = new Map<PageTask, Promise<Solver>>()

/** The page's own solver of a task, created at the first call. After a failure the next call tries again. */
export function pageSolver(task: PageTask, onProgress?: OnProgress): Promise<Solver> {
  const creation = creations.get(task) ?? create(task, onProgress)
  creations.set(task, creation)
  return creation
}

async function create(task: PageTask, onProgress?: OnProgress): Promise<Solver> {
  try {
    return await createSolver({
      task,
      sha256: weightsHashes[task],
      slots: 1,
      worker: () => startWorker('solver'),
      onProgress: onProgress && (({ loaded, total }) => onProgress(loaded, total)),
    })
  } catch (error) {
    creations.delete(task)
    throw error
  }
}
