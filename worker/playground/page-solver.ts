import { createSolver } from '../../src/threads/index.ts'
import type { PageTask } from './face.ts'
import { retried } from './retried.ts'
import { startWorker } from './start-worker.ts'
import { weightsHashes } from './weights-hash.ts'

type OnProgress = (loaded: number, total: number | undefined) => void

const solverOf = (task: PageTask) =>
  retried((_forget, onProgress?: OnProgress) =>
    createSolver({
      task,
      sha256: weightsHashes[task],
      slots: 1,
      worker: () => startWorker('solver'),
      onProgress: onProgress && (({ loaded, total }) => onProgress(loaded, total)),
    }),
  )

const solvers = { sudoku: solverOf('sudoku'), maze: solverOf('maze') }

/** The page's own solver of a task. */
export const pageSolver = (task: PageTask, onProgress?: OnProgress) => solvers[task](onProgress)
