import { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode } from '../errors.ts'
import type {
  CreateSolverOptions,
  SolveBatchOptions,
  SolveOptions,
  SolveResult,
  Solver,
  SolveStep,
} from '../solve/types.ts'

/**
 * What a page and its solver worker say to each other. Every request opens a call under a fresh `id`; every answer
 * carries that id; a call ends with exactly one `result` or `error`.
 *
 *     page                         worker
 *     create  ------------------>            (once, first)
 *             <------------------  alive     whether the worker holds the Web Lock `lock`
 *             <------------------  progress  weights, any number
 *             <------------------  result    SolverInfo
 *     steps   ------------------>            may run STEP_WINDOW steps ahead of the page
 *             <------------------  step
 *     credit  ------------------>            one more step may be computed
 *     abort   ------------------>            heard after the ACT step that is running
 *             <------------------  error     code `aborted`
 */
export type Request = OpeningRequest | { type: 'credit'; id: number } | { type: 'abort'; id: number }

/** A request that opens a call. */
export type OpeningRequest =
  | { type: 'create'; id: number; options: WireCreateOptions; lock: string }
  | { type: 'steps'; id: number; board: string; options: WireSolveOptions }
  | { type: 'solve'; id: number; board: string; options: WireSolveOptions }
  | { type: 'batch'; id: number; boards: readonly string[]; options: WireSolveOptions }

export type Reply =
  | { type: 'alive'; id: number; locked: boolean }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'step'; id: number; step: SolveStep }
  | { type: 'result'; id: number; value: SolverInfo | SolveResult | SolveResult[] }
  | { type: 'error'; id: number; error: WireError }

/** Steps a worker computes before the page has taken the first of them: enough to hide the messages' delay. */
export const STEP_WINDOW = 8

export type WireCreateOptions = Omit<CreateSolverOptions, 'signal' | 'onProgress'>
export type WireSolveOptions = Omit<SolveOptions, 'signal'>
export type Progress =
  | Parameters<NonNullable<CreateSolverOptions['onProgress']>>[0]
  | Parameters<NonNullable<SolveBatchOptions['onProgress']>>[0]

/** The part of a solver that is data. */
export type SolverInfo = Pick<Solver, 'task' | 'model' | 'backend' | 'build'>

/** An error as it crosses: structured clone drops the class and the fields of an Error. */
export interface WireError {
  code: HrmErrorCode
  message: string
  cells: readonly ErrorCell[]
}

export function toWireError(error: unknown): WireError {
  if (error instanceof HrmError) return { code: error.code, message: error.message, cells: error.cells }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: 'engine_failed', message: `the solver failed in its worker: ${message}`, cells: [] }
}

export function fromWireError(wire: WireError): HrmError {
  const code = HRM_ERROR_CODES.includes(wire.code) ? wire.code : 'engine_failed'
  return new HrmError(code, wire.message, { cells: [...wire.cells] })
}
