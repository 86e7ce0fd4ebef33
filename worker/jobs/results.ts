import { ProblemError } from '../problem.ts'
import { readBoards } from './consumer.ts'
import { type ChunkPlace, type JobPlatform, resultsKey } from './platform.ts'
import type { JobResult, JobStatus } from './schemas.ts'

/** Chunks read ahead: R2 answers in tens of milliseconds, and a job has up to 5,000 chunks. */
const AHEAD = 4

const COLUMNS = ['index', 'board', 'status', 'solution', 'steps', 'attempts', 'verified', 'model'] as const

/**
 * The results of all boards in order, as text; a few chunks are all that is ever held. Where results are missing that
 * were stored, because the job was cancelled meanwhile or has expired, the stream breaks off rather than say that the
 * boards failed.
 * @param onError told why it broke off
 */
export function streamResults(
  platform: JobPlatform,
  job: JobStatus,
  chunks: readonly ChunkPlace[],
  format: 'jsonl' | 'csv',
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
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

  return new ReadableStream({
    start(controller) {
      if (format === 'csv') controller.enqueue(encoder.encode(`${COLUMNS.join(',')}\r\n`))
    },
    async pull(controller) {
      readAhead()
      try {
        const text = await reading.shift()
        if (text === undefined) controller.close()
        else controller.enqueue(encoder.encode(format === 'csv' ? toCsv(text) : text))
      } catch (error) {
        onError(error)
        throw error
      }
    },
  })
}

async function readChunk(platform: JobPlatform, job: JobStatus, n: number, place: ChunkPlace): Promise<string> {
  if (!place.failed) {
    const stored = await platform.files.get(resultsKey(job.id, n))
    if (stored) return stored.text()
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
