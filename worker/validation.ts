import type { Hook } from '@hono/zod-openapi'
import type { ProblemCode } from '../src/client/problem.ts'
import { ProblemError, type ProblemExtras } from './problem.ts'
import type { AppEnv } from './service.ts'

interface Issue {
  code: string
  message: string
  path: PropertyKey[]
}

/** RFC 6901. */
const pointerTo = (path: PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/**
 * Codes that the library would give for the same mistake, so that one mistake has one code on every surface. What is
 * absent is a matter of the schema.
 */
function codeOf({ code, path }: Issue, body: object): ProblemCode {
  const field = path[0]
  if (typeof field !== 'string' || !Object.hasOwn(body, field)) return 'request_invalid'
  if (field === 'maxSteps' || field === 'seed') return 'option_invalid'
  const isBoard = field === 'board' || (field === 'boards' && path.length === 2)
  if (!isBoard) return 'request_invalid'
  return code === 'too_big' ? 'board_length' : 'board_type'
}

/** Messages repeat names of unknown keys, which may be as long as the body. */
const shorten = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}...` : text)

/**
 * Of what is said of one mistake the last: a number beyond 2^53 is first beyond what its type holds, then beyond its
 * field's own bound, which is the one to tell.
 */
const lastOfEach = (issues: Issue[]): Issue[] => [
  ...new Map(issues.map((issue) => [`${issue.code} ${pointerTo(issue.path)}`, issue])).values(),
]

/** Turns what a schema found into a problem. Deep or wide nonsense yields few issues: unknown keys are one. */
export const refuseInvalid: Hook<unknown, AppEnv, string, undefined> = (result) => {
  if (result.success) return
  const issues = lastOfEach(result.error.issues)
  const first = issues[0]
  const body = 'data' in result && typeof result.data === 'object' && result.data !== null ? result.data : {}
  const where = first.path.length > 0 ? `${first.path.map(String).join('.')}: ` : ''
  const extras: ProblemExtras = {
    errors: issues.slice(0, 10).map(({ path, message }) => ({ pointer: pointerTo(path), detail: shorten(message) })),
  }
  const code = codeOf(first, body)
  if (first.path[0] === 'boards' && typeof first.path[1] === 'number') extras.board = first.path[1]
  throw new ProblemError(code, shorten(`${where}${first.message}`), { extras })
}
