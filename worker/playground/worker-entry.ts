import { createSolver } from '../../src/solve/create-solver.ts'
import { serveSolver } from '../../src/threads/solver-host.ts'
import { holdWebLock } from '../../src/threads/web-lock.ts'
import { threadPort } from '../../src/threads/web-port.ts'
import { servePrecision } from './precision/serve-precision.ts'

/** The script of the page's workers: the solver's, and, by its name, the one that compares int8 with float32. */
if (self.name === 'precision') servePrecision(threadPort())
else serveSolver(threadPort(), createSolver, holdWebLock)
