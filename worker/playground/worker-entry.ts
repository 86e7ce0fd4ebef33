import { createSolver } from '../../src/solve/create-solver.ts'
import type { HostPort } from '../../src/threads/host.ts'
import { serveSolver } from '../../src/threads/solver-host.ts'
import { holdWebLock } from '../../src/threads/web-lock.ts'
import { servePrecision } from './precision/serve-precision.ts'

/** The script of the page's workers: the solver's, and, by its name, the one that compares int8 with float32. */
const port = self as unknown as HostPort
if (self.name === 'precision') servePrecision(port)
else serveSolver(port, createSolver, holdWebLock)
