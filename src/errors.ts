/**
 * Every way hrm-edge can fail. Closed: a new failure gets a new code here, and a row in `worker/problem.ts`.
 *
 * @example
 * const messages = Object.fromEntries(HRM_ERROR_CODES.map((code) => [code, translate(code)]))
 */
export const HRM_ERROR_CODES = [
  // weights file, in the order a reader meets them
  'weights_truncated', // file ends before the header, or before the data the header promises
  'weights_header_size', // header length is zero or over 64 KiB
  'weights_header_json', // header is not UTF-8 JSON of the safetensors form
  'weights_duplicate_key', // a key appears twice in the header
  'weights_format', // hrm.format is missing or not "1", or metadata has unknown keys
  'weights_config', // hrm.config or hrm.card is not what docs/format.md says, or a size is out of range
  'weights_layout', // tensors overlap, leave holes, or data follows the last one
  'weights_missing', // a tensor that the config needs is not there
  'weights_unknown', // a tensor that the config does not know
  'weights_dtype', // wrong dtype
  'weights_shape', // wrong shape, or a byte length that does not match it
  'weights_scale', // NaN, infinite, negative or huge scale
  'weights_value', // NaN, infinite or huge float
  'weights_fetch', // could not be read or downloaded
  'weights_hash', // sha256 differs from the one asked for
  // board and task
  'board_type', // not a string
  'board_length', // not a length the task knows
  'board_symbol', // a character the task does not know
  'board_conflict', // givens break a rule
  'task_unknown',
  'task_mismatch', // the model was not made for this task or board size
  // calls
  'option_invalid',
  'data_invalid', // a CSV file: says the line
  'usage', // command line
  'aborted',
  'disposed',
  'engine_unavailable', // no SIMD, no WebGPU, no such backend
  'engine_fetch', // the engine's own files could not be read or compiled
  'engine_failed', // a trap or a lost device; the engine is rebuilt before its next use
  // hrm-edge/client, beside what the service itself found
  'network', // the service could not be reached, or something between answered in its place
  'http_problem', // the service refused or failed with a code of the HTTP surface: `HrmHttpError.problem` has it
] as const

/**
 * Why something failed: one of `HRM_ERROR_CODES`.
 *
 * @example
 * const worthRetrying = (code: HrmErrorCode) => code === 'weights_fetch' || code === 'engine_fetch'
 */
export type HrmErrorCode = (typeof HRM_ERROR_CODES)[number]

/**
 * Where a bad board went wrong: 0-based, row-major.
 *
 * @example
 * for (const { row, column } of error.cells) mark(row, column)
 */
export interface ErrorCell {
  index: number
  row: number
  column: number
}

/**
 * What an `HrmError` carries beyond its code and message.
 *
 * @example
 * throw new HrmError('board_symbol', 'no letters, please', { cells: [{ index: 9, row: 1, column: 0 }] })
 */
export interface HrmErrorOptions {
  cause?: unknown
  /** The cells to blame, for `board_symbol` and `board_conflict`. */
  cells?: ErrorCell[] | undefined
  /** Which board of several, from 0. */
  board?: number | undefined
}

/**
 * The one error class of hrm-edge; `HrmHttpError` of `hrm-edge/client` is an `HrmError` too.
 *
 * @example
 * try { await solver.solve(board) } catch (e) {
 *   if (e instanceof HrmError && e.code === 'board_conflict') console.log(e.message, e.cells)
 * }
 */
export class HrmError extends Error {
  override readonly name: string = 'HrmError'
  /** Why, for programs; the message says it for people. */
  readonly code: HrmErrorCode
  /** The cells to blame; empty where none are. */
  readonly cells: readonly ErrorCell[]
  /** Which board of a `solveBatch` is to blame, from 0; the message counts from 1. Only where one is. */
  readonly board: number | undefined

  constructor(code: HrmErrorCode, message: string, options: HrmErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.cells = options.cells ?? []
    this.board = options.board
  }
}

/** By its name too: bundles of their own (the server's, the GPU's in the playground) bring a class of their own. */
export function isHrmError(error: unknown): error is HrmError {
  return error instanceof HrmError || (error instanceof Error && error.name === 'HrmError')
}
