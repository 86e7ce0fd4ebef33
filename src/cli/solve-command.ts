import { HrmError } from '../errors.ts'
import { createSolver, type SolveResult, type Solver } from '../index.ts'
import { DEFAULT_SLOTS } from '../solve/options.ts'
import { type BackendChoice, backendOptions, GPU_BATCH, mayUseGpu } from './backend.ts'
import { type BoardInput, headerFault, parseBoards } from './board-input.ts'
import { EXIT } from './failure.ts'
import { printJson, printText, remark } from './output.ts'
import { createProgress } from './progress.ts'
import { sampleBoard } from './samples.ts'
import { describeOne, describeSeveral } from './solve-report.ts'
import { decodeText, readAll, readTextFile } from './text-file.ts'

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
  const { weights, backend, maxSteps, seed } = options
  const given = await readBoards(board, options.file)
  const slots = Math.min(given?.length ?? 1, mayUseGpu(backend) ? GPU_BATCH : DEFAULT_SLOTS)
  const solver = await createSolver({ task, weights, slots, ...(await backendOptions(backend)) })
  try {
    const inputs = given ?? [{ board: announceSample(task) }]
    for (const input of inputs) check(solver, input, input === inputs[0] ? headerFault(input.board) : '')
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

/** @returns undefined where no board was given */
async function readBoards(board: string | undefined, file: string | undefined): Promise<BoardInput[] | undefined> {
  if (board !== undefined && file !== undefined) throw new HrmError('usage', 'give either a board or --file, not both')
  if (file !== undefined) return parseBoards(await readAll(readTextFile(file), file), file)
  if (board !== '-') return board === undefined ? undefined : [{ board }]
  const name = 'standard input'
  return parseBoards(await readAll(decodeText(process.stdin, name), name), name)
}

function announceSample(task: string): string {
  const { board, source } = sampleBoard(task)
  remark(`No board given, so here is one of ${source}. (Yours: hrm solve ${task} BOARD, --file F, or - for stdin.)`)
  return board
}

/**
 * `steps` reads the board at once and computes nothing before its first `next`.
 * @param header what is wrong with the line should it be meant as a header
 */
function check(solver: Solver, { board, line }: BoardInput, header: string): void {
  try {
    solver.steps(board)
  } catch (error) {
    if (!(error instanceof HrmError) || line === undefined) throw error
    const options = { cause: error, cells: [...error.cells] }
    if (header === '') throw new HrmError(error.code, `line ${line}: ${error.message}`, options)
    throw new HrmError('data_invalid', `line ${line}: ${header}, nor is it a board: ${error.message}`, options)
  }
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
