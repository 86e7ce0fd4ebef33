import { abortError } from '../on-abort.ts'
import { HrmHttpError, type HrmHttpErrorOptions } from './http-error.ts'
import type { Problem } from './problem.ts'

/**
 * Names what fetch, its streams and their parsing throw.
 *
 * @param answer what is known of the response, once there is one
 * @throws HrmError `aborted`; HrmHttpError `network`
 */
export async function guarded<T>(
  signal: AbortSignal | null | undefined,
  work: () => Promise<T>,
  answer?: Pick<HrmHttpErrorOptions, 'status' | 'retryAfter'>,
): Promise<T> {
  try {
    // A `fetch` of the caller's need not look, and what has come already would go on being served.
    signal?.throwIfAborted()
    return await work()
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal, 'the request')
    if (!answer) throw new HrmHttpError('The service could not be reached.', { cause })
    const { status, retryAfter } = answer
    throw new HrmHttpError(`HTTP ${status}, and the answer could not be read.`, { status, retryAfter, cause })
  }
}

/**
 * An object as the service sends it, or with `list` the list of that name in it. No more is checked: what is neither comes
 * from something between.
 *
 * @throws SyntaxError or TypeError, for `guarded` to name
 */
export function parseAnswer<T>(text: string, list?: string): T {
  const value = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object')
  if (list === undefined) return value
  if (!Array.isArray(value[list])) throw new TypeError(`no list of ${list}`)
  return value[list] as T
}

/** The error of a response that is not ok; throws what `guarded` throws where it cannot be read. */
export async function readFailure(response: Response, signal: AbortSignal | null | undefined): Promise<HrmHttpError> {
  const { status } = response
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  const retryAfter = Number.isNaN(seconds) ? undefined : seconds
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false
  const read = async () => {
    if (isProblem) return parseAnswer<Problem>(await response.text())
    await response.body?.cancel()
  }
  const problem = await guarded(signal, read, { status, retryAfter })
  return new HrmHttpError(problem ? undefined : `HTTP ${status}, and not from hrm-edge.`, {
    problem,
    status,
    retryAfter,
  })
}
