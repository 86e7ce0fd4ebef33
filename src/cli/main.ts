import { CommanderError } from 'commander'
import { describeFailure, EXIT } from './failure.ts'
import { printJson, remark } from './output.ts'
import { createProgram } from './program.ts'

/**
 * Runs the command line.
 * @param argv what follows `hrm`
 * @returns the exit code: docs/cli.md
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exit = 0
  try {
    await createProgram((code) => {
      exit = code
    }).parseAsync(argv, { from: 'user' })
    return exit
  } catch (error) {
    // help and version were asked for; help is also what `hrm` alone says
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.solved
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.badInput
    return report(error, wantsJson(argv))
  }
}

function report(error: unknown, json: boolean): number {
  const { failure, exit } = describeFailure(error)
  const { code, message } = failure.error
  remark(`hrm: ${message} [${code}]`)
  if (code === 'internal' && error instanceof Error) for (const line of (error.stack ?? '').split('\n')) remark(line)
  if (json) printJson(failure)
  return exit
}

/** Asked before or after commander refused the arguments, so it cannot be asked of commander. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json')
}
