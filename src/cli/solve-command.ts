import { openEngines } from '../engines/create-engine.ts'
import { HrmError } from '../errors.ts'
import type { SolveResult, Solver } from '../index.ts'
import { openSolver } from '../solve/open-solver.ts'
import { DEFAULT_SLOTS } from '../solve/options.ts'
import { MAZE_SYMBOLS } from '../tasks/maze/parse.ts'
import type { ModelConfig } from '../weights/config.ts'
import { loadModel } from '../weights/load-model.ts'
import { type BackendChoice, backendOptions, GPU_BATCH, mayUseGpu } from './backend.ts'
import { type BoardInput, type Drawing, parseBoard, parseBoards } from './board-input.ts'
import { checkBoards } from './check-boards.ts'
import { faultsOf } from './csv.ts'
import { EXIT } from './failure.ts'
import { printJson, printText, remark } from './output.ts'
import { createProgress } from './progress.ts'
import { sampleBoard } from './samples.ts'
import { describeOne, describeSeveral } from './solve-report.ts'
import { readAll, readTextFile } from './text-file.ts'
import { utf8Text } from './utf8-text.ts'

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
  const { backend = 'auto', ...gpu } = await backendOptions(options.backend)
  const { solver } = await openSolver(Promise.resolve(loaded), openEngines({ backend, ...gpu }), slots)
  try {
    const inputs = given ?? [{ board: announceSample(task) }]
    // `steps` reads the board at once and computes nothing before its first `next`
    checkBoards(inputs, (board) => solver.steps(board))
    const boards = inputs.map((input) => input.board)
    const start = performance.now()
    const results =
      boards.length === 1
        ? [await solver.solve(boards[0], { maxSteps, seed })]
        : await solveSeveral(solver, boards, { maxSteps, seed })
    const ms = performance.now() - start
    if (options.json) printJson(results.length === 1 ? results[0] : results)
    else if (results.length === 1) printText(describeOne(boards[0], results[0], ms, solver.model.config))
    else printText(describeSeveral(inputs, results, ms, solver.model.config))
    return results.every((r) => r.status === 'solved') ? EXIT.solved : EXIT.unsolved
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
  const text = await readAll(file === undefined ? utf8Text(process.stdin, faultsOf(name)) : readTextFile(file), name)
  return (drawing) => parseBoards(text, name, drawing)
}

function drawingOf({ kind, symbols, rows, cols }: ModelConfig['task']): Drawing {
  // Official weights for mazes say that they are a grid, of these symbols too.
  if (symbols.join('') === MAZE_SYMBOLS.join('')) return 'maze'
  return kind === 'sudoku' ? 'square' : { rows, cols }
}

function announceSample(task: string): string {
  const { board, source } = sampleBoard(task)
  remark(`No board given, so here is one of ${source}. (Yours: hrm solve ${task} BOARD, --file F, or - for stdin.)`)
  return board
}

async function solveSeveral(
  solver: Solver,
  boards: readonly string[],
  options: { maxSteps: number; seed: number },
): Promise<SolveResult[]> {
  const progress = createProgress('solving', boards.length)
  const onProgress = ({ done, solved }: { done: number; solved: number }) => progress.update(done, `${solved} solved`)
  const results = await solver.solveBatch(boards, { ...options, onProgress })
  progress.end()
  return results
}
