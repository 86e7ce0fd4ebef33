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

/** For a tab that outlives a deployment: its files are gone from the service. */
export const RELOAD = 'Reload the page: there may be a newer version.'

/** What to do about a failure; empty where there is nothing to say. */
export function advice({ code, message }: Failure): string {
  const isFile = code === 'weights_fetch' || code === 'engine_fetch' || /script could not be loaded/.test(message)
  return isFile ? RELOAD : ''
}

/** A failure in one line. */
export function failureText(error: unknown): string {
  const failure = toFailure(error)
  if (failure.code === 'aborted') return 'Stopped.'
  return `${headline(failure)} ${sentence(failure.message)} ${advice(failure)}`.trimEnd()
}

export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
