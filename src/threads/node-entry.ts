import { createSolver } from '../solve/create-solver.ts'
import { threadPort } from './node-port.ts'
import { serveSolver } from './solver-host.ts'

/** The script of the solver's thread in Node: `createThreadSolver` starts it. */
serveSolver(threadPort(), createSolver)
