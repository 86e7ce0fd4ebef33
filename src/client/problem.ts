import type { ErrorCell, HrmErrorCode } from '../errors.ts'

/**
 * Failures of the HTTP surface itself; all others carry the solver's own `HrmErrorCode`. Closed, like that one.
 *
 * @example
 * const codes = new Set<string>([...HTTP_PROBLEM_CODES, ...HRM_ERROR_CODES])
 */
export const HTTP_PROBLEM_CODES = [
  'bad_request', // not HTTP, or a request line or Host header that cannot be read
  'body_incomplete', // the connection ended before the body did
  'json_malformed', // the body is not UTF-8 JSON
  'unauthorized',
  'origin_refused', // a page of another site, or a Host that is not this machine's, where only this machine may call
  'not_found',
  'model_unknown',
  'job_unknown', // no job has this id, or it has expired
  'method_not_allowed',
  'not_acceptable',
  'request_timeout',
  'job_unfinished', // results are asked for before the job has ended
  'job_gone', // the job was cancelled, or its results are not stored any more
  'body_too_large',
  'media_type_unsupported',
  'request_invalid', // JSON, but not what the schema says
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'jobs_unavailable', // the service was set up without what bulk jobs need
  'overloaded', // as many solves or uploads in flight as the service admits
  'not_ready', // the model loads, but does not solve its probe board
] as const

/**
 * One of `HTTP_PROBLEM_CODES`.
 *
 * @example
 * const busy: HttpProblemCode[] = ['overloaded', 'rate_limited']
 */
export type HttpProblemCode = (typeof HTTP_PROBLEM_CODES)[number]
/**
 * Every code that a problem document may carry.
 *
 * @example
 * const ours = (code: ProblemCode) => code.startsWith('board_')
 */
export type ProblemCode = HrmErrorCode | HttpProblemCode

/**
 * RFC 9457 problem details, as every failed response carries it.
 *
 * @example
 * if (error instanceof HrmHttpError) console.log(error.problem?.title, error.problem?.requestId)
 */
export interface Problem {
  /** `/problems/CODE` on the service's own origin, where it is explained. */
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  /** This occurrence: path of the request and request id. */
  instance: string
  requestId: string
  /** The cells to blame, 0-based and row-major. */
  cells?: ErrorCell[]
  /** Which board of a batch is to blame, 0-based. */
  board?: number
  /** Which line of a job's file is to blame, 1-based. */
  line?: number
  /** What the schema found; `pointer` is a JSON Pointer (RFC 6901) into the body. */
  errors?: { pointer: string; detail: string }[]
}
