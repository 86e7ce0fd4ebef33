import type { Problem, ProblemCode } from './problem.ts'

/**
 * What an `HrmHttpError` is made from.
 *
 * @example
 * const error = new HrmHttpError('no answer', { status: 502, retryAfter: 5 })
 */
export interface HrmHttpErrorOptions {
  problem?: Problem
  /** Of the response; 0 when there was none. */
  status?: number
  retryAfter?: number
  cause?: unknown
}

/**
 * A request that failed. `code` is the service's own; `network` where none was heard, because the service could not
 * be reached or something between answered in its place.
 *
 * @example
 * try { await client.solve('sudoku', board) } catch (e) {
 *   if (e instanceof HrmHttpError && e.code === 'overloaded') await sleep((e.retryAfter ?? 1) * 1000)
 * }
 */
export class HrmHttpError extends Error {
  override readonly name = 'HrmHttpError'
  readonly code: ProblemCode | 'network'
  /** HTTP status; 0 when there was no response. */
  readonly status: number
  readonly problem: Problem | undefined
  /** Seconds to wait before another try, where the service said so. */
  readonly retryAfter: number | undefined

  constructor(message: string | undefined, { problem, status = 0, retryAfter, cause }: HrmHttpErrorOptions) {
    super(message ?? problem?.detail, cause === undefined ? undefined : { cause })
    this.code = problem?.code ?? 'network'
    this.status = problem?.status ?? status
    this.problem = problem
    this.retryAfter = retryAfter
  }
}

/** The error of a response that is not ok. */
export async function readFailure(response: Response): Promise<HrmHttpError> {
  const { status } = response
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  const retryAfter = Number.isNaN(seconds) ? undefined : seconds
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false
  try {
    if (isProblem) return new HrmHttpError(undefined, { problem: (await response.json()) as Problem, retryAfter })
    await response.body?.cancel()
  } catch (cause) {
    return new HrmHttpError(`HTTP ${status}, and the answer could not be read.`, { status, retryAfter, cause })
  }
  return new HrmHttpError(`HTTP ${status}, and not from hrm-edge.`, { status, retryAfter })
}
