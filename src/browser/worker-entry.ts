import { createSolver } from '../index.ts'
import { type HostPort, serveSolver } from './worker-host.ts'

/** The script of the solver's worker: `createWorkerSolver` starts it. */
serveSolver(self as unknown as HostPort, createSolver)
