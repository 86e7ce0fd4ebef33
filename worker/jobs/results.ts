import { ProblemError } from '../problem.ts'
import { readBoards } from './consumer.ts'
import { type ChunkPlace, type JobPlatform, resultsKey } from './platform.ts'
import type { JobResult, JobStatus } from './schemas.ts'

/** Chunks read ahead: R2 answers in tens of milliseconds, and a job has up to 5,000 chunks. */
const AHEAD = 4

const COLUMNS = ['index', 'board', 'status', 'solution', 'steps', 'attempts', 'verified', 'model'] as const

/**
 * The results of all boards in order, as text; a few chunks are all that is ever held. The first are read before there is
 * a stream, so that there can be a problem instead. Where later ones are missing that were stored, because the job was
 * cancelled meanwhile or has expired, the stream breaks off rather than say that the boards failed.
 * @param onError told why it broke off
 * @throws what keeps the first chunk from being read
 */
export async function streamResults(
  platform: JobPlatform,
  job: JobStatus,
  chunks: readonly ChunkPlace[],
  format: 'jsonl' | 'csv',
  onError: (error: unknown) => void,
): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const reading: Promise<string>[] = []
  let next = 0

  const readAhead = () => {
    while (reading.length < AHEAD && next < chunks.length) {
      const text = readChunk(platform, job, next, chunks[next])
      text.catch(() => {}) // told to whoever comes to it
      reading.push(text)
      next++
    }
  }

  /** `undefined` after the last. */
  const readNext = async (): Promise<string | undefined> => {
    readAhead()
    const text = await reading.shift()
    return text !== undefined && format === 'csv' ? toCsv(text) : text
  }

  const header = format === 'csv' ? `${COLUMNS.join(',')}\r\n` : ''
  const first = header + ((await readNext()) ?? '')
  let isBegun = false
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const text = isBegun ? await readNext() : await later(first)
          isBegun = true
          if (text === undefined) controller.close()
          else controller.enqueue(encoder.encode(text))
        } catch (error) {
          onError(error)
          throw error
        }
      },
    },
    { highWaterMark: 0 }, // nothing waits ready before it is read
  )
}

/**
 * Once whoever reads has had to wait for it. What fails right after a text that was there at once, Node's server answers
 * with a 500 of its own that tells the error's message.
 */
const later = (text: string) => new Promise<string>((resolve) => setTimeout(resolve, 0, text))

async function readChunk(platform: JobPlatform, job: JobStatus, n: number, place: ChunkPlace): Promise<string> {
  if (!place.failed) {
    const stored = await platform.files.get(resultsKey(job.id, n))
    if (stored) return checkRows(await stored.text(), job, n, place)
    throw new ProblemError('job_gone', `The results of chunk ${n} of job ${job.id} are not stored any more.`)
  }
  const boards = await readBoards(platform.files, job.id, place)
  const lines = Array.from({ length: place.boards }, (_, i) => {
    const row: JobResult = {
      index: place.first + i,
      board: boards?.[i] ?? null,
      status: 'failed',
      solution: null,
      steps: 0,
      attempts: 0,
      verified: false,
      model: job.model,
    }
    return `${JSON.stringify(row)}\n`
  })
  return lines.join('')
}

/** @throws Error where rows are missing, which must not look like the end of the results */
function checkRows(text: string, job: JobStatus, n: number, { boards }: ChunkPlace): string {
  const rows = text.split('\n').length - 1
  if (rows === boards) return text
  throw new Error(`The results of chunk ${n} of job ${job.id} are damaged: ${rows} rows of ${boards}.`)
}

/** RFC 4180. */
function toCsv(lines: string): string {
  const rows = lines
    .split('\n')
    .filter((json) => json !== '')
    .map((json) => {
      const row = JSON.parse(json) as JobResult
      return COLUMNS.map((column) => field(String(row[column] ?? ''))).join(',')
    })
  return rows.map((row) => `${row}\r\n`).join('')
}

/** Spaces at the ends, which a maze has, are part of a field; but readers that strip them leave those within quotes. */
const field = (text: string) => (/[",\r\n]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
