import type { ProblemCode } from '../../src/client/problem.ts'
import type { JobStatus } from './schemas.ts'

/** What a job runs on: files, a ledger a job, and a queue that the ledgers fill. In a Worker: R2, Durable Objects, Queues. */
export interface JobPlatform {
  readonly files: JobFiles
  ledger(job: string): JobLedger
}

/** The part of an R2 bucket that jobs use. */
export interface JobFiles {
  put(key: string, data: string | Uint8Array): Promise<unknown>
  createMultipartUpload(key: string): Promise<MultipartUpload>
  get(key: string, options?: { range: { offset: number; length: number } }): Promise<{ text(): Promise<string> } | null>
  list(options: { prefix: string; cursor?: string }): Promise<{
    objects: { key: string }[]
    truncated: boolean
    cursor?: string
  }>
  delete(keys: string | string[]): Promise<void>
}

export interface MultipartUpload {
  uploadPart(number: number, data: Uint8Array): Promise<UploadedPart>
  complete(parts: UploadedPart[]): Promise<unknown>
  abort(): Promise<void>
}

export interface UploadedPart {
  partNumber: number
  etag: string
}

/** A job's boards lie in one file; a chunk is a run of its bytes. */
export interface ChunkRange {
  offset: number
  length: number
  boards: number
}

export interface NewJob {
  id: string
  task: string
  model: string
  maxSteps: number
  seed: number
  chunks: ChunkRange[]
}

/** What a consumer needs to know to solve a chunk. */
export interface ChunkWork extends ChunkRange {
  task: string
  maxSteps: number
  seed: number
  /** Index of its first board in the job. */
  first: number
}

export interface ChunkTotals {
  solved: number
  steps: number
  attempts: number
}

export interface Failure {
  code: ProblemCode
  detail: string
}

/** A chunk as whoever reads the results sees it. */
export interface ChunkPlace extends ChunkRange {
  first: number
  failed: boolean
}

/**
 * The one place that knows how far a job is. Every call may come twice, late, or after the job has ended: what was
 * settled stays settled.
 */
export interface JobLedger {
  create(job: NewJob): Promise<JobStatus>
  /** `undefined`: there is no such job. */
  status(): Promise<JobStatus | undefined>
  /** `undefined`: nothing is to be done, because the chunk is settled or the job has ended. */
  claim(chunk: number): Promise<ChunkWork | undefined>
  /** Settles a chunk whose results are stored. @returns false when nobody wants them: the job was cancelled */
  complete(chunk: number, totals: ChunkTotals): Promise<boolean>
  /** Remembers why a try failed, in case it was the last. */
  note(chunk: number, failure: Failure): Promise<void>
  /** Settles a chunk that no try could solve, with what was noted last. */
  fail(chunk: number): Promise<void>
  chunks(): Promise<ChunkPlace[]>
  cancel(): Promise<JobStatus | undefined>
}

/** What goes over the queue. */
export interface ChunkMessage {
  job: string
  chunk: number
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Whether this can be the id of a job. Nothing else is let near a path or a ledger. */
export const isJobId = (id: string): boolean => UUID.test(id)

/** Every job has a folder in it. */
export const ALL_JOBS = 'jobs'
const filesOf = (job: string) => `${ALL_JOBS}/${job}/`
export const boardsKey = (job: string) => `${filesOf(job)}boards.jsonl`
/** Depends on nothing but job and chunk: a chunk that is solved twice is stored once. */
export const resultsKey = (job: string, chunk: number) =>
  `${filesOf(job)}results/${String(chunk).padStart(6, '0')}.jsonl`

/** Deletes whatever is stored of a job; again is no error. */
export async function deleteFilesOf(files: JobFiles, job: string): Promise<void> {
  for (;;) {
    const { objects, truncated } = await files.list({ prefix: filesOf(job) })
    if (objects.length > 0) await files.delete(objects.map(({ key }) => key))
    if (!truncated) return
  }
}
