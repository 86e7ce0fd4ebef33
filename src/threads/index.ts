/** `hrm-edge/worker`: the solver of `hrm-edge`, computing in web workers, or in Node's threads. */
export { HRM_ERROR_CODES, HrmError } from '../errors.ts'
export type * from '../public-types.ts'
export type { WorkerLike } from './link.ts'
export {
  type CreateThreadSolverOptions as CreateWorkerSolverOptions,
  createThreadSolver as createSolver,
} from './thread-solver.ts'
