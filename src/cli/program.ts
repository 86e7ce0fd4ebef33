import { Command, Option } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { BACKENDS } from '../engines/backend-option.ts'
import { DEFAULT_MAX_STEPS } from '../solve/options.ts'
import { integer, maxSteps, nonEmpty, seed } from './options.ts'

/**
 * The commands and their options. Each command's code is imported when it runs, so that `hrm solve` loads neither the
 * server nor the benchmark.
 * @param exit takes the exit code of the command that ran
 */
export function createProgram(exit: (code: number) => void): Command {
  const program = new Command('hrm')
    .description('Solves grid puzzles with a small recurrent reasoning model.')
    .version(packageJson.version)
    .exitOverride()
    // main() says what went wrong, once
    .configureOutput({ outputError: () => {} })
  addSolve(program, exit)
  addEval(program, exit)
  addInspect(program, exit)
  addBench(program, exit)
  addServe(program, exit)
  return program
}

const json = () => new Option('--json', 'print one JSON document on stdout')
// An unset variable of a shell: to Node an empty path is the folder it was started in, an empty address every one of this
// machine.
const weights = () =>
  new Option('--weights <file>', 'weights file or URL, instead of those that ship for the task').argParser(nonEmpty)
const steps = () =>
  new Option('--max-steps <n>', 'ACT steps a board may take').argParser(maxSteps).default(DEFAULT_MAX_STEPS)
const seeds = () => new Option('--seed <n>', 'seed of every random draw').argParser(seed).default(0)
const backend = () =>
  new Option('--backend <name>', 'engine; default: wasm where it runs; auto: batches on WebGPU if quicker').choices(
    BACKENDS,
  )

function addSolve(program: Command, exit: (code: number) => void): void {
  program
    .command('solve')
    .description('Solve a board, the boards of a file or of standard input; without any, a sample.')
    .argument('<task>', 'task of the weights: sudoku, maze, or what --weights names')
    .argument(
      '[board]',
      'the board row by row, blanks as "." or "0" (in a maze free cells as spaces or "."); "-" reads boards from stdin',
    )
    .option(
      '--file <file>',
      'boards, one a line (mazes also drawn, an empty line between them; Sudokus too), or a CSV with a column question, puzzle or board; may be gzipped',
      nonEmpty,
    )
    .addOption(json())
    .addOption(steps())
    .addOption(seeds())
    .addOption(backend())
    .addOption(weights())
    .addHelpText(
      'after',
      '\nExit code: 0 all solved, 1 some unsolved, 2 bad input or usage, 3 a fault of hrm itself, 130 interrupted.',
    )
    .action(async (task, board, options) => {
      const { solveCommand } = await import('./solve-command.ts')
      exit(await solveCommand(task, board, options))
    })
}

function addEval(program: Command, exit: (code: number) => void): void {
  program
    .command('eval')
    .description('Measure a model on a data set with known answers.')
    .argument('<task>', 'task of the weights: sudoku, maze, or what --weights names')
    .requiredOption('--data <file>', 'CSV with columns question and answer; may be gzipped', nonEmpty)
    .addOption(new Option('--limit <n>', 'only the first n rows').argParser(integer(1, Number.MAX_SAFE_INTEGER)))
    .addOption(json())
    .addOption(steps())
    .addOption(seeds())
    .addOption(new Option('--threads <n>', 'threads; default: one a core').argParser(integer(1, 1024)))
    .option('--details', 'also the share solved by steps, and what the halting head is worth')
    .addOption(backend())
    .addOption(weights())
    .addHelpText('after', '\nExit code: 0 all solved, 1 some unsolved, 2 bad input or usage, 3 a fault of hrm itself.')
    .action(async (task, options) => {
      const { evalCommand } = await import('./eval/command.ts')
      exit(await evalCommand(task, options))
    })
}

function addInspect(program: Command, exit: (code: number) => void): void {
  program
    .command('inspect')
    .description('Check a weights file and show what it holds.')
    .argument('<weights>', 'weights file or URL', nonEmpty)
    .addOption(json())
    .action(async (file, options) => {
      const { inspectCommand } = await import('./inspect-command.ts')
      exit(await inspectCommand(file, options))
    })
}

function addBench(program: Command, exit: (code: number) => void): void {
  program
    .command('bench')
    .description('Time the engine on this machine: one ACT step, and whole solves.')
    .addOption(json())
    .addOption(backend())
    .addOption(weights())
    .action(async (options) => {
      const { benchCommand } = await import('./bench/command.ts')
      exit(await benchCommand(options))
    })
}

function addServe(program: Command, exit: (code: number) => void): void {
  program
    .command('serve')
    .description('Serve the HTTP API and the playground.')
    .addOption(new Option('--port <n>', 'port; 0 picks a free one').argParser(integer(0, 65535)).default(8787))
    .addOption(new Option('--host <address>', 'address to listen on').argParser(nonEmpty).default('127.0.0.1'))
    .addOption(new Option('--jobs <folder>', 'take in bulk jobs, and keep them there').argParser(nonEmpty))
    .addOption(backend())
    .addOption(weights())
    .action(async (options) => {
      const { serveCommand } = await import('./serve-command.ts')
      exit(await serveCommand(options))
    })
}
