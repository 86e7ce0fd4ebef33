import { type ErrorCell, HRM_ERROR_CODES, HrmError, type HrmErrorCode } from '../errors.ts'
import { show } from '../show.ts'

/**
 * What a page, or Node's main thread, and a worker say to each other. Every request opens a call under a fresh `id`;
 * every answer carries that id; a call ends with exactly one `result` or `error`.
 *
 *     page                         worker
 *     create  ------------------>            (once, first)
 *             <------------------  alive     whether the worker holds the Web Lock `lock`
 *             <------------------  progress  weights, any number
 *             <------------------  result    CreatedSolver
 *     steps   ------------------>            may run STEP_WINDOW steps ahead of the page
 *             <------------------  step
 *     credit  ------------------>            one more step may be computed
 *     abort   ------------------>            heard after the ACT step that is running
 *             <------------------  error     code `aborted`
 *
 * What can be asked (`Opening`) is a worker's own: solver-host.ts, src/cli/eval/eval-thread.ts.
 */
export type Request<Opening> =
  | (Opening & { id: number })
  | { type: 'credit'; id: number }
  | { type: 'abort'; id: number }

export type Reply =
  | { type: 'alive'; id: number; locked: boolean }
  | { type: 'progress'; id: number; progress: unknown }
  | { type: 'step'; id: number; step: unknown }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'error'; id: number; error: WireError }

/** Steps a worker computes before the page has taken the first of them: enough to hide the messages' delay. */
export const STEP_WINDOW = 8

/** An error as it crosses: structured clone drops the class and the fields of an Error. */
export interface WireError {
  code: HrmErrorCode
  message: string
  cells: readonly ErrorCell[]
  board?: number | undefined
  /** What is left of the cause. */
  cause?: { name: string; message: string } | undefined
}

export function toWireError(error: unknown): WireError {
  if (error instanceof HrmError) {
    const { code, message, cells, board, cause } = error
    return { code, message, cells, board, cause: cause === undefined ? undefined : wireCause(cause) }
  }
  const cause = wireCause(error)
  const message = error instanceof Error ? `${cause.name}: ${cause.message}` : cause.message
  return { code: 'engine_failed', message: `the solver failed in its worker: ${message}`, cells: [], cause }
}

function wireCause(cause: unknown): { name: string; message: string } {
  if (cause instanceof Error) return { name: String(cause.name), message: String(cause.message) }
  return { name: 'Error', message: typeof cause === 'string' ? cause : show(cause) }
}

export function fromWireError(wire: WireError): HrmError {
  const code = HRM_ERROR_CODES.includes(wire.code) ? wire.code : 'engine_failed'
  const cause = wire.cause && Object.assign(new Error(wire.cause.message), { name: wire.cause.name })
  return new HrmError(code, wire.message, { cells: [...wire.cells], board: wire.board, cause })
}
