/** Every type that the solver's interface is made of; `hrm-edge` and `hrm-edge/worker` export the same ones. */
export type { Backend } from './engines/engine.ts'
export type { Fallback, GpuFault, WebGpu } from './engines/gpu.ts'
export type { ErrorCell, HrmErrorCode, HrmErrorOptions } from './errors.ts'
export type {
  AttemptKind,
  CreateSolverOptions,
  Guess,
  ModelInfo,
  SolveBatchOptions,
  SolveOptions,
  SolveResult,
  Solver,
  SolveStep,
  WeightsSource,
} from './solve/types.ts'
export type { KernelSource, KernelSources } from './wasm/kernel-sources.ts'
export type { CardScore, ModelCard } from './weights/card.ts'
export type { ListName, ModelConfig, TaskConfig } from './weights/config.ts'
