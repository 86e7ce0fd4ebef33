import { type ErrorCell, HrmError } from '../../src/errors.ts'

/** Why a solve gave no result, from the page's own solver or from the service. */
export class Failure extends Error {
  /** An `HrmErrorCode`, a problem code of the service, or `network`. */
  readonly code: string
  readonly cells: readonly ErrorCell[]

  constructor(code: string, message: string, cells: readonly ErrorCell[] = []) {
    super(message)
    this.code = code
    this.cells = cells
  }

  /** What kind of failure it is, as a headline. */
  get title(): string {
    if (this.code.startsWith('board_')) return 'This is no valid puzzle.'
    if (this.code.startsWith('weights_')) return 'The model could not be loaded.'
    if (this.code === 'network') return 'The service could not be reached.'
    if (this.code.startsWith('engine_')) return 'The solver failed.'
    return 'That did not work.'
  }
}

export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof HrmError) return new Failure(error.code, error.message, error.cells)
  return new Failure('unexpected', error instanceof Error ? error.message : String(error))
}
