import { type BoardInput, type Drawing, parseBoard, parseBoards } from '../boards/board-input.ts'
import { checkBoards } from '../boards/check-boards.ts'
import type { BackendChoice } from '../engines/backend-option.ts'
import { HrmError } from '../errors.ts'
import type { SolveResult, Solver } from '../index.ts'
import { DEFAULT_SLOTS } from '../solve/options.ts'
import { MAZE_SYMBOLS } from '../tasks/maze/parse.ts'
import type { ModelConfig } from '../weights/config.ts'
import { loadModel } from '../weights/load-model.ts'
import { GPU_BATCH, mayUseGpu, openFor } from './backend.ts'
import { EXIT } from './failure.ts'
import { printJson, printText, remark } from './output.ts'
import { createProgress } from './progress.ts'
import { sampleBoard } from './samples.ts'
import { countSolved, describeAll, describeEach, describeOne } from './solve-report.ts'
import { type SeveralOptions, solveSeveral } from './solve-several.ts'
import { readAll, readText, readTextFile } from './text-file.ts'

/** On a GPU boards are quick only side by side, and the last of them leave it idle: several times what it takes. */
const GPU_AT_ONCE = 4 * GPU_BATCH

export interface SolveCommandOptions {
  file?: string
  maxSteps: number
  seed: number
  backend?: BackendChoice
  weights?: string
  json?: boolean
}

/**
 * `hrm solve`: solves the board given, those of a file or of standard input, or a sample.
 * Every board is checked before the first is solved.
 * @returns the exit code
 */
export async function solveCommand(
  task: string,
  board: string | undefined,
  options: SolveCommandOptions,
): Promise<number> {
  const { weights, maxSteps, seed } = options
  const read = await readGiven(board, options.file)
  const loaded = await loadModel({ task, weights })
  const given = await read?.(drawingOf(loaded.model.config.task))
  const slots = Math.min(given?.length ?? 1, mayUseGpu(options.backend) ? GPU_BATCH : DEFAULT_SLOTS)
  const { solver, task: rules } = await openFor(loaded, options.backend, slots)
  try {
    const inputs = given ?? [{ board: announceSample(task) }]
    checkBoards(inputs, rules.parse)
    const boards = inputs.map((input) => input.board)
    if (options.json) return await solveForJson(solver, boards, { maxSteps, seed })
    const atOnce = mayUseGpu(options.backend) ? GPU_AT_ONCE : 1
    return await solveForPeople(solver, boards, { maxSteps, seed, atOnce })
  } finally {
    solver.dispose()
  }
}

/**
 * Takes in what was given, and leaves it to be read for boards once it is known how they are drawn.
 * @returns undefined where no board was given
 */
async function readGiven(
  board: string | undefined,
  file: string | undefined,
): Promise<((drawing: Drawing) => Promise<BoardInput[]>) | undefined> {
  if (board !== undefined && file !== undefined) throw new HrmError('usage', 'give either a board or --file, not both')
  if (file === undefined && board !== '-') {
    return board === undefined ? undefined : async (drawing) => [await parseBoard(board, drawing)]
  }
  const name = file ?? 'standard input'
  const text = await readAll(file === undefined ? readText(process.stdin, name) : readTextFile(file), name)
  return (drawing) => parseBoards(text, name, drawing)
}

function drawingOf({ kind, symbols, rows, cols }: ModelConfig['task']): Drawing {
  if (kind !== 'grid') return kind === 'sudoku' ? 'square' : 'maze'
  // Official weights for mazes say that they are a grid, of these symbols too.
  return { rows, cols, maze: symbols.join('') === MAZE_SYMBOLS.join('') }
}

function announceSample(task: string): string {
  const { board, source } = sampleBoard(task)
  remark(`No board given, so here is one of ${source}. (Yours: hrm solve ${task} BOARD, --file F, or - for stdin.)`)
  return board
}

async function solveForJson(
  solver: Solver,
  boards: readonly string[],
  options: { maxSteps: number; seed: number },
): Promise<number> {
  const progress = createProgress('solving', boards.length)
  const onProgress = ({ done, solved }: { done: number; solved: number }) => progress.update(done, `${solved} solved`)
  const results =
    boards.length === 1
      ? [await solver.solve(boards[0], options)]
      : await solver.solveBatch(boards, { ...options, onProgress })
  progress.end()
  printJson(results.length === 1 ? results[0] : results)
  return exitOf(results)
}

async function solveForPeople(
  solver: Solver,
  boards: readonly string[],
  { maxSteps, seed, atOnce }: Omit<SeveralOptions, 'onResult'>,
): Promise<number> {
  const { config } = solver.model
  const start = performance.now()
  const elapsed = () => performance.now() - start
  if (boards.length === 1) {
    const result = await solver.solve(boards[0], { maxSteps, seed })
    printText(describeOne(boards[0], result, elapsed(), config))
    return exitOf([result])
  }
  const onResult = (result: SolveResult, i: number) => printText(describeEach(boards[i], result, config))
  const { results, ended } = await solveSeveral(solver, boards, { maxSteps, seed, atOnce, onResult })
  if (ended === 'closed') return EXIT.solved // a reader that has seen enough; a full disk has set its own exit code
  if (results.length < boards.length) {
    remark(`Interrupted after ${results.length} of ${boards.length} boards: ${countSolved(results)} solved`)
    return EXIT.interrupted
  }
  printText(describeAll(results, elapsed()))
  return exitOf(results)
}

const exitOf = (results: readonly SolveResult[]): number =>
  countSolved(results) === results.length ? EXIT.solved : EXIT.unsolved
