import { refuseUnknown } from '../check-options.ts'
import { HrmError } from '../errors.ts'
import type { ProblemCode } from './problem.ts'

/**
 * Boards for a job: as they are, or a file of them that is passed on unread. A stream is sent as it comes where `fetch`
 * can do that.
 *
 * @example
 * await client.submitJob('sudoku', { csv: await openAsBlob('boards.csv') })
 */
export type JobBoards = readonly string[] | { csv: JobFile; jsonl?: undefined } | { jsonl: JobFile; csv?: undefined }

/**
 * A file of boards.
 *
 * @example
 * const file: JobFile = `question\n${board}\n`
 */
export type JobFile = string | Blob | ReadableStream<Uint8Array>

/**
 * What every board of a job gets.
 *
 * @example
 * await client.submitJob('sudoku', boards, { maxSteps: 64 })
 */
export interface JobOptions {
  /** Budget of each board in ACT steps. Default 64. */
  maxSteps?: number | undefined
  /** The same for every board. Default 0. */
  seed?: number | undefined
  signal?: AbortSignal | undefined
}

/**
 * How a job is waited for.
 *
 * @example
 * await client.waitForJob(id, { onProgress: ({ solved, boards }) => console.log(`${solved} of ${boards}`) })
 */
export interface WaitOptions {
  /** Whole milliseconds between two looks, 1 to 2^31 - 1. Default 2000. */
  intervalMs?: number | undefined
  /** Called with what every look found. */
  onProgress?: ((job: Job) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * A job as `GET /v1/jobs/ID` tells it.
 *
 * @example
 * const { state, solved, boards } = await client.job(id)
 */
export type Job = ({ state: 'running'; endedAt: null } | { state: 'done' | 'cancelled'; endedAt: string }) & {
  id: string
  task: string
  model: string
  maxSteps: number
  seed: number
  /** All boards of the job. */
  boards: number
  solved: number
  /** Boards whose budget was spent. */
  unsolved: number
  /** Boards that no try could compute; `failures` tells why. */
  failed: number
  /** ACT steps spent. */
  steps: number
  attempts: number
  /** Runs of boards that failed, `first` the 0-based index of the first of each; a hundred at most. */
  failures: { first: number; boards: number; code: ProblemCode; detail: string }[]
  createdAt: string
  /** When the job and its results are deleted, at the latest. */
  expiresAt: string
}

/**
 * One board's result, in the order of the boards.
 *
 * @example
 * for await (const row of client.jobResults(id)) {
 *   console.log(row.index, row.status === 'solved' ? row.solution : row.status)
 * }
 */
export type JobResult = (
  | { status: 'solved'; solution: string }
  | {
      /** `unsolved`: the budget is spent. `failed`: no try could compute it. */
      status: 'unsolved' | 'failed'
      solution: null
    }
) & {
  /** 0-based. */
  index: number
  /** As it was sent; `null` where it could not be read again. */
  board: string | null
  steps: number
  attempts: number
  verified: boolean
  model: string
}

const FILES = { csv: true, jsonl: true } as const

/** The body and media type of a submission. @throws HrmError `option_invalid` */
export function jobBody(boards: JobBoards): { body: BodyInit; type: string } {
  if (isList(boards)) {
    return { body: boards.map((board) => `${JSON.stringify(board)}\n`).join(''), type: 'application/jsonl' }
  }
  refuseUnknown(boards, FILES, 'boards')
  const { csv, jsonl } = boards
  if ((csv === undefined) === (jsonl === undefined)) {
    const what = csv === undefined ? 'neither csv nor jsonl' : 'both csv and jsonl'
    throw new HrmError('option_invalid', `boards that are no list have one file, but these have ${what}`)
  }
  return csv === undefined
    ? { body: jsonl as BodyInit, type: 'application/jsonl' }
    : { body: csv as BodyInit, type: 'text/csv' }
}

const isList = (boards: JobBoards): boards is readonly string[] => Array.isArray(boards)
