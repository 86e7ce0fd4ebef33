import { HrmHttpError } from '../../src/client/index.ts'
import { type ErrorCell, isHrmError } from '../../src/errors.ts'

/** Why a solve gave no result, from the page's own solver or from the service. */
export interface Failure {
  /** An `HrmErrorCode`, a code of the service, `network`, or `unexpected`. */
  code: string
  message: string
  cells: readonly ErrorCell[]
}

export function toFailure(error: unknown): Failure {
  if (isHrmError(error)) {
    const code = error instanceof HrmHttpError && error.problem ? error.problem.code : error.code
    return { code, message: error.message, cells: error.cells }
  }
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), cells: [] }
}

/** What kind of failure it is, as a headline. */
export function headline({ code }: Failure): string {
  if (code.startsWith('board_')) return 'This is no valid puzzle.'
  if (code.startsWith('weights_')) return 'The model could not be loaded.'
  if (code.startsWith('engine_')) return 'The solver failed.'
  if (code === 'network') return 'No answer from the edge.'
  return 'That did not work.'
}

/** A failure in one line. */
export function failureText(error: unknown): string {
  const failure = toFailure(error)
  return failure.code === 'aborted' ? 'Stopped.' : `${headline(failure)} ${failure.message}`
}
