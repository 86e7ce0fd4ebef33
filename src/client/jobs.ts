import type { ProblemCode } from './problem.ts'

/**
 * Boards for a job: as they are, or a file of them that is passed on unread. A stream is sent as it comes where `fetch`
 * can do that.
 *
 * @example
 * await client.submitJob('sudoku', { csv: await openAsBlob('boards.csv') })
 */
export type JobBoards = readonly string[] | { csv: JobFile } | { jsonl: JobFile }

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
  /** Budget of each board in ACT steps. Default 256. */
  maxSteps?: number
  /** The same for every board. Default 0. */
  seed?: number
  signal?: AbortSignal
}

/**
 * How a job is waited for.
 *
 * @example
 * await client.waitForJob(id, { onProgress: ({ solved, boards }) => console.log(`${solved} of ${boards}`) })
 */
export interface WaitOptions {
  /** Milliseconds between two looks. Default 2000. */
  intervalMs?: number
  /** Called with what every look found. */
  onProgress?: (job: Job) => void
  signal?: AbortSignal
}

/**
 * A job as `GET /v1/jobs/ID` tells it.
 *
 * @example
 * const { state, solved, boards } = await client.job(id)
 */
export interface Job {
  id: string
  task: string
  model: string
  state: 'running' | 'done' | 'cancelled'
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
  endedAt: string | null
  /** When the job and its results are deleted, at the latest. */
  expiresAt: string
}

/**
 * One board's result, in the order of the boards.
 *
 * @example
 * for await (const { index, solution } of client.jobResults(id)) console.log(index, solution)
 */
export interface JobResult {
  /** 0-based. */
  index: number
  /** As it was sent; `null` where it could not be read again. */
  board: string | null
  status: 'solved' | 'unsolved' | 'failed'
  solution: string | null
  steps: number
  attempts: number
  verified: boolean
  model: string
}

/** The body and media type of a submission. */
export function jobBody(boards: JobBoards): { body: BodyInit; type: string } {
  if ('csv' in boards) return { body: boards.csv as BodyInit, type: 'text/csv' }
  if ('jsonl' in boards) return { body: boards.jsonl as BodyInit, type: 'application/jsonl' }
  return { body: boards.map((board) => `${JSON.stringify(board)}\n`).join(''), type: 'application/jsonl' }
}
