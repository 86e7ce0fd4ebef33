/** `hrm-edge/worker`: the solver of `hrm-edge`, computing in a web worker. */
export { HRM_ERROR_CODES, HrmError } from '../errors.ts'
export type * from '../public-types.ts'
export type { WorkerLike } from './link.ts'
export { type CreateWorkerSolverOptions, createWorkerSolver as createSolver } from './worker-solver.ts'
