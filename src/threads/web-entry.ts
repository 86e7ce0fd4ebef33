import { createSolver } from '../solve/create-solver.ts'
import type { HostPort } from './host.ts'
import { serveSolver } from './solver-host.ts'
import { holdWebLock } from './web-lock.ts'

/** The script of the solver's web worker: `createThreadSolver` starts it. */
serveSolver(self as unknown as HostPort, createSolver, holdWebLock)
