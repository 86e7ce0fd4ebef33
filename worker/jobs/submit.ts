import { HrmError } from '../../src/errors.ts'
import type { Solver } from '../../src/solve/types.ts'
import { checkBudget } from '../budget.ts'
import type { Limits } from '../limits.ts'
import { ProblemError, toProblemError } from '../problem.ts'
import { type JobFormat, type JobRow, readJobFile } from './job-file.ts'
import { boardsKey, type JobPlatform } from './platform.ts'
import type { JobStatus } from './schemas.ts'
import { type CostedBoard, storeBoards } from './store-boards.ts'

export interface Submission {
  id: string
  solver: Solver
  maxSteps: number
  seed: number
  format: JobFormat
  body: ReadableStream<Uint8Array> | null
}

/**
 * Checks and stores the boards as they arrive, then hands the job to its ledger. One bad row refuses the whole file.
 * @throws ProblemError or HrmError `board_*`, `data_invalid`, `option_invalid`, `body_*`, `request_timeout`
 */
export async function submitJob(platform: JobPlatform, limits: Limits, submission: Submission): Promise<JobStatus> {
  const { id, solver, maxSteps, seed, format, body } = submission
  const rows = readJobFile(body, format, limits)
  const key = boardsKey(id)
  const chunks = await storeBoards(platform.files, key, checkRows(rows, limits, submission), {
    cost: limits.chunkSteps,
    boards: limits.chunkBoards,
  })
  try {
    if (chunks.length === 0) throw new HrmError('data_invalid', 'The file holds no board.')
    const job = { id, task: solver.task, model: solver.model.name, maxSteps, seed, chunks }
    return await platform.ledger(id).create(job)
  } catch (error) {
    await platform.files.delete(key).catch(() => {})
    throw error
  }
}

/** JSON writes them six times as long, so that a small file would be stored as a large one, and its results again. */
const CONTROL = /[^\P{Cc}\t\n\r]/u

/** What the sum of so many costs, each a fraction, may be off by. */
const ROUNDING = 1e-3

async function* checkRows(
  rows: AsyncIterable<JobRow>,
  limits: Limits,
  { solver, maxSteps }: Submission,
): AsyncGenerator<CostedBoard> {
  let boards = 0
  let jobCost = 0
  for await (const { line, board } of rows) {
    const refuse = (code: ProblemError['code'], what: string, cause?: ProblemError) =>
      new ProblemError(code, `Line ${line}: ${what}`, { extras: { ...cause?.extras, line }, cause })
    if (++boards > limits.maxJobBoards) throw refuse('data_invalid', `a job has ${limits.maxJobBoards} boards at most.`)
    if (board.length > limits.maxBoardChars) {
      throw refuse('board_length', `a board has ${limits.maxBoardChars} characters at most.`)
    }
    if (CONTROL.test(board)) throw refuse('data_invalid', 'a control character that is neither a tab nor a line end.')
    let cost: number
    try {
      cost = maxSteps * checkBudget(limits, solver, board, maxSteps).cost
    } catch (error) {
      const problem = toProblemError(error)
      if (problem.kind.status !== 422) throw error
      throw refuse(problem.code, problem.message, problem)
    }
    jobCost += cost
    if (jobCost > limits.maxJobSteps + ROUNDING) {
      throw refuse('data_invalid', `with this board the job may take over ${limits.maxJobSteps} ACT steps on 9x9.`)
    }
    yield { board, cost }
  }
}
