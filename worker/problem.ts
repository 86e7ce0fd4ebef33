import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Problem, ProblemCode } from '../src/client/problem.ts'
import type { FailureStatus } from '../src/client/rpc.ts'
import { HrmError } from '../src/errors.ts'

interface ProblemKind {
  status: FailureStatus
  title: string
  /** Seconds for Retry-After. */
  retryAfter?: number
}

const weights = (title: string): ProblemKind => ({ status: 503, title, retryAfter: 60 })

/** Every way a request can fail: the one table from codes to HTTP. */
export const PROBLEMS = {
  bad_request: { status: 400, title: 'The request cannot be read' },
  body_incomplete: { status: 400, title: 'The request body ended early' },
  json_malformed: { status: 400, title: 'The request body is not JSON' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  origin_refused: { status: 403, title: 'Only this machine may call' },
  not_found: { status: 404, title: 'Nothing is here' },
  model_unknown: { status: 404, title: 'No model has this id' },
  job_unknown: { status: 404, title: 'No job has this id' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  not_acceptable: { status: 406, title: 'No acceptable media type' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  job_unfinished: { status: 409, title: 'The job has not ended', retryAfter: 5 },
  job_gone: { status: 410, title: 'The results of the job are gone' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  media_type_unsupported: { status: 415, title: 'The request body has a media type that is not read here' },
  request_invalid: { status: 422, title: 'The request does not follow the schema' },
  rate_limited: { status: 429, title: 'Too many requests', retryAfter: 60 },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  jobs_unavailable: { status: 501, title: 'This service runs no jobs' },
  overloaded: { status: 503, title: 'Too many solves or uploads in flight', retryAfter: 1 },
  not_ready: { status: 503, title: 'The service is not ready', retryAfter: 10 },

  board_type: { status: 422, title: 'The board is not a string' },
  board_length: { status: 422, title: 'The board has a length the task does not know' },
  board_symbol: { status: 422, title: 'The board has a symbol the task does not know' },
  board_conflict: { status: 422, title: 'The board breaks a rule of its task' },
  task_unknown: { status: 422, title: 'The task is unknown' },
  task_mismatch: { status: 422, title: 'The model was not made for this board' },
  option_invalid: { status: 422, title: 'An option is out of range' },
  data_invalid: { status: 422, title: 'The data is not valid' },

  aborted: { status: 503, title: 'The solve was stopped', retryAfter: 1 },
  disposed: { status: 503, title: 'The solver is shutting down', retryAfter: 1 },
  engine_fetch: { status: 503, title: 'The engine could not be loaded', retryAfter: 60 },
  engine_failed: { status: 503, title: 'The engine failed and is being rebuilt', retryAfter: 1 },
  network: { status: 503, title: 'Another service could not be reached', retryAfter: 1 },
  http_problem: { status: 503, title: 'Another service refused the request', retryAfter: 1 },
  engine_unavailable: { status: 500, title: 'No engine runs here' },
  usage: { status: 500, title: 'The service is set up wrongly' },

  weights_truncated: weights('The weights file is cut short'),
  weights_header_size: weights('The weights file has a header of a wrong size'),
  weights_header_json: weights('The weights file has an unreadable header'),
  weights_duplicate_key: weights('The weights file has a duplicate key'),
  weights_format: weights('The weights file is of an unknown format'),
  weights_config: weights('The weights file has a wrong config'),
  weights_layout: weights('The weights file has a wrong layout'),
  weights_missing: weights('The weights file lacks a tensor'),
  weights_unknown: weights('The weights file has an unknown tensor'),
  weights_dtype: weights('The weights file has a tensor of a wrong type'),
  weights_shape: weights('The weights file has a tensor of a wrong shape'),
  weights_scale: weights('The weights file has a wrong scale'),
  weights_value: weights('The weights file has a wrong value'),
  weights_fetch: weights('The weights could not be read'),
  weights_hash: weights('The weights file is not the expected one'),
} as const satisfies Record<ProblemCode, ProblemKind>

/** What a problem may tell beyond its code and detail. */
export type ProblemExtras = Pick<Problem, 'cells' | 'board' | 'line' | 'errors'>

/** A failure on its way to becoming a response. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly extras: ProblemExtras
  readonly headers: Record<string, string>

  constructor(
    code: ProblemCode,
    detail: string,
    options: { extras?: ProblemExtras; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.extras = options.extras ?? {}
    this.headers = options.headers ?? {}
  }

  get kind(): ProblemKind {
    return PROBLEMS[this.code]
  }
}

/** Hono and its validators speak in bare statuses; only these reach us, from routes that read JSON. */
const OF_STATUS: Partial<Record<number, { code: ProblemCode; detail: string; headers?: Record<string, string> }>> = {
  400: { code: 'json_malformed', detail: 'The request body is not JSON.' },
  415: {
    code: 'media_type_unsupported',
    detail: 'The body must come as application/json.',
    headers: { Accept: 'application/json' },
  },
}

/**
 * Names any thrown value. Below 500 the caller is told what was wrong; from 500 on only the code and the title
 * leave, since a message may speak of files and tensors.
 */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof HrmError) {
    const { status, title } = PROBLEMS[error.code]
    const extras = error.cells.length > 0 ? { cells: [...error.cells] } : {}
    return new ProblemError(error.code, status < 500 ? error.message : `${title}.`, { extras, cause: error })
  }
  const known = error instanceof HTTPException ? OF_STATUS[error.status] : undefined
  if (!known) return new ProblemError('internal_error', 'The request could not be handled.', { cause: error })
  return new ProblemError(known.code, known.detail, { headers: known.headers, cause: error })
}

/** The document of a problem, for a request to `url`. */
export function problemDocument(error: ProblemError, url: string, requestId: string): Problem {
  const { status, title } = error.kind
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    instance: `${pathReference(url)}#${requestId}`,
    requestId,
    ...error.extras,
  }
}

const MAX_PATH = 256

/** The path of a URL as a URI reference (RFC 3986, 4.2), cut where it is long. */
function pathReference(url: string): string {
  const { pathname } = new URL(url, 'http://host')
  const path = pathname
    .slice(0, MAX_PATH)
    .replace(/[^\w\-.~!$&'()*+,;=:@/%]/g, encodeURIComponent) // what URL lets stand, as [ and |
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
  return path.startsWith('//') ? `/.${path}` : path // else it would name a host
}

export function problemHeaders(error: ProblemError): Record<string, string> {
  const { retryAfter } = error.kind
  return {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
    ...error.headers,
  }
}

export function problemResponse(c: Context, error: ProblemError): Response {
  const document = problemDocument(error, c.req.url, c.get('requestId'))
  return c.body(JSON.stringify(document), error.kind.status, problemHeaders(error))
}
