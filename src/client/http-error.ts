import { HRM_ERROR_CODES, HrmError, type HrmErrorCode } from '../errors.ts'
import type { Problem } from './problem.ts'

/**
 * What an `HrmHttpError` is made from.
 *
 * @example
 * const error = new HrmHttpError('no answer', { status: 502, retryAfter: 5 })
 */
export interface HrmHttpErrorOptions {
  problem?: Problem | undefined
  /** Of the response; 0 when there was none. */
  status?: number | undefined
  retryAfter?: number | undefined
  cause?: unknown
}

/**
 * A request that failed. Its `code` is what the solver over there threw; `http_problem` where the request failed before
 * or beside it, with the service's own code in `problem`; `network` where nothing was heard from the service, because it
 * could not be reached, or something between answered in its place or broke its answer off. It is never `aborted` or
 * `disposed`: what ended over there was not ended here.
 *
 * @example
 * try { await client.solve('sudoku', board) } catch (e) {
 *   if (e instanceof HrmHttpError && e.problem?.code === 'overloaded') await sleep((e.retryAfter ?? 1) * 1000)
 * }
 */
export class HrmHttpError extends HrmError {
  override readonly name = 'HrmHttpError'
  /** HTTP status; 0 when there was no response. */
  readonly status: number
  readonly problem: Problem | undefined
  /** Seconds to wait before another try, where the service said so. */
  readonly retryAfter: number | undefined

  constructor(message: string | undefined, { problem, status = 0, retryAfter, cause }: HrmHttpErrorOptions) {
    // A problem of what stands before the service may have no detail, or no title either: RFC 9457 needs neither.
    const said = message ?? problem?.detail ?? problem?.title ?? `HTTP ${problem?.status ?? status}`
    super(codeOf(problem), said, { cause, cells: problem?.cells, board: problem?.board })
    this.status = problem?.status ?? status
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** Codes that tell of the caller's own doing or connection, not of what became of a solve or a connection over there. */
const OF_THIS_SIDE: readonly HrmErrorCode[] = ['aborted', 'disposed', 'network']

/** A code of a newer service, which this client does not know, is not in the closed list either. */
function codeOf(problem: Problem | undefined): HrmErrorCode {
  if (problem === undefined) return 'network'
  const code = HRM_ERROR_CODES.find((code) => code === problem.code)
  return code === undefined || OF_THIS_SIDE.includes(code) ? 'http_problem' : code
}
