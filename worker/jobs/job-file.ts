import { z } from '@hono/zod-openapi'
import { BOARD_COLUMNS } from '../../src/boards/board-input.ts'
import { readTable } from '../../src/boards/csv.ts'
import { utf8Text } from '../../src/boards/utf8-text.ts'
import { receive } from '../body.ts'
import type { Limits } from '../limits.ts'
import { createPace } from '../pace.ts'
import { ProblemError } from '../problem.ts'

export const JOB_FORMATS = ['application/jsonl', 'application/x-ndjson', 'text/csv'] as const
export type JobFormat = (typeof JOB_FORMATS)[number]

/** A board and the line (1-based) it stands on. */
export interface JobRow {
  line: number
  board: string
}

/** A row holds one board; a longer line is no file of boards. */
const MAX_LINE_CHARS = 1 << 16

/** @throws ProblemError `media_type_unsupported` */
export function formatOf(contentType: string | undefined): JobFormat {
  const type = contentType?.split(';')[0].trim().toLowerCase()
  const format = JOB_FORMATS.find((known) => known === type)
  if (format) return format
  throw new ProblemError('media_type_unsupported', `The boards must come as ${JOB_FORMATS.join(' or ')}.`, {
    headers: { Accept: JOB_FORMATS.join(', ') },
  })
}

/**
 * The boards of a file as its bytes arrive: nothing but the row that is being read is held.
 * @throws ProblemError `data_invalid` naming the line, `body_too_large`, `body_incomplete`, `request_timeout`
 */
export function readJobFile(
  body: ReadableStream<Uint8Array> | null,
  format: JobFormat,
  { maxJobBytes, discard, uploadPace }: Limits,
): AsyncGenerator<JobRow> {
  const text = utf8Text(receive(body, maxJobBytes, discard, createPace(uploadPace)), refuse)
  return format === 'text/csv' ? csvRows(text) : jsonRows(text)
}

const refuse = (line: number, what: string, cause?: unknown) =>
  new ProblemError('data_invalid', `Line ${line}: ${what}`, { extras: { line }, cause })

async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<JobRow> {
  for await (const { line, values } of readTable(text, [BOARD_COLUMNS], refuse)) yield { line, board: values[0] }
}

const row = z.union([z.string(), z.strictObject({ board: z.string() }).transform(({ board }) => board)])

async function* jsonRows(text: AsyncIterable<string>): AsyncGenerator<JobRow> {
  for await (const { line, text: json } of textLines(text)) {
    let value: unknown
    try {
      value = JSON.parse(json)
    } catch (cause) {
      throw refuse(line, 'this is not JSON.', cause)
    }
    const { success, data } = row.safeParse(value)
    if (!success) throw refuse(line, 'this is neither a string nor an object with `board` alone.')
    yield { line, board: data }
  }
}

/** Lines that are not empty: a file of nothing but line ends must cost next to nothing. */
async function* textLines(chunks: AsyncIterable<string>): AsyncGenerator<{ line: number; text: string }> {
  let line = 1
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    for (const text of parts) {
      if (text.length > MAX_LINE_CHARS) throw refuse(line, `more than ${MAX_LINE_CHARS} characters.`)
      if (text.trim() !== '') yield { line, text }
      line++
    }
    if (rest.length > MAX_LINE_CHARS) throw refuse(line, `more than ${MAX_LINE_CHARS} characters.`)
  }
  if (rest.trim() !== '') yield { line, text: rest }
}
