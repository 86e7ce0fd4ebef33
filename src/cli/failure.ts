import { CommanderError } from 'commander'
import { type ErrorCell, isHrmError } from '../errors.ts'

/** Exit codes: docs/cli.md. That of an interrupted run is what shells make of SIGINT. */
export const EXIT = { solved: 0, unsolved: 1, badInput: 2, broken: 3, interrupted: 130 } as const

/** What `--json` prints in place of an answer. */
export interface Failure {
  error: { code: string; message: string; cells: readonly ErrorCell[] }
}

/** A failure as people and programs are told of it, and its exit code. */
export function describeFailure(error: unknown): { failure: Failure; exit: number } {
  if (isHrmError(error)) {
    const { code, message, cells } = error
    return {
      failure: { error: { code, message, cells } },
      exit: code === 'engine_failed' ? EXIT.broken : EXIT.badInput,
    }
  }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replace('\n(Did you mean', ' (Did you mean')
    return { failure: { error: { code: 'usage', message, cells: [] } }, exit: EXIT.badInput }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { failure: { error: { code: 'internal', message, cells: [] } }, exit: EXIT.broken }
}
