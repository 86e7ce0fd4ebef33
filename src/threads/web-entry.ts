import { createSolver } from '../solve/create-solver.ts'
import { serveSolver } from './solver-host.ts'
import { holdWebLock } from './web-lock.ts'
import { threadPort } from './web-port.ts'

/** The script of the solver's web worker: `createThreadSolver` starts it. */
serveSolver(threadPort(), createSolver, holdWebLock)
