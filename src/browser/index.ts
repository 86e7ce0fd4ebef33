/** `hrm-edge/worker`: the solver of `hrm-edge`, computing in a web worker. */
export { HRM_ERROR_CODES, HrmError, type HrmErrorCode } from '../errors.ts'
export type * from '../solve/types.ts'
export { type CreateWorkerSolverOptions, createWorkerSolver as createSolver } from './worker-solver.ts'
