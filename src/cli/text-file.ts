import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { faultsOf } from '../boards/csv.ts'
import { utf8Text } from '../boards/utf8-text.ts'
import { HrmError } from '../errors.ts'
import { concatBytes } from '../platform/concat-bytes.ts'

const GZIP_MAGIC = [0x1f, 0x8b]
/** Bytes read at a time. */
const PIECE = 1 << 16

/**
 * The text of a file or a pipe, as `readText` has it. Leaving the loop closes the file.
 * @throws HrmError also `usage` for a file that cannot be opened
 */
export async function* readTextFile(path: string): AsyncGenerator<string, void, void> {
  const handle = await open(path).catch((cause) => {
    throw new HrmError('usage', `cannot open ${path}: ${reason(cause)}`, { cause })
  })
  try {
    yield* readText(bytesOf(handle), path)
  } finally {
    await handle.close()
  }
}

/**
 * The text of bytes as UTF-8 chunks, gunzipped where the first bytes say gzip, whatever the name.
 *
 * @param name what the bytes come from, for messages
 * @throws HrmError `usage` where they cannot be read, `data_invalid` for a line that is not UTF-8 or a gzip stream that is
 * damaged or cut short
 */
export async function* readText(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string, void, void> {
  try {
    const pieces = bytes[Symbol.asyncIterator]()
    const head = await readHead(pieces)
    const all = resume(head, pieces)
    yield* utf8Text(GZIP_MAGIC.every((b, i) => head[i] === b) ? gunzip(all) : all, faultsOf(name))
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    const damaged = String((cause as NodeJS.ErrnoException).code).startsWith('Z_')
    if (damaged) throw new HrmError('data_invalid', `${name}: damaged gzip: ${reason(cause)}`, { cause })
    throw new HrmError('usage', `cannot read ${name}: ${reason(cause)}`, { cause })
  }
}

/** The first bytes, at least as many as tell gzip if there are so many; a pipe may give them one by one. */
async function readHead(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array()
  while (head.length < GZIP_MAGIC.length) {
    const { done, value } = await pieces.next()
    if (done) break
    head = concatBytes([head, value])
  }
  return head
}

async function* resume(head: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield head
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
  } finally {
    // Else nobody would close a standard input that is left early, and the process would wait for its end.
    await pieces.return?.()
  }
}

/** From where the file stands on (position null): a pipe has no other place to read from. */
async function* bytesOf(handle: FileHandle): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const piece = new Uint8Array(PIECE)
    const { bytesRead } = await handle.read(piece, 0, PIECE, null)
    if (bytesRead === 0) return
    yield piece.subarray(0, bytesRead)
  }
}

/** `compose` and `pipeline` would raise a damaged stream's error a second time, where nobody can catch it. */
function gunzip(bytes: AsyncIterable<Uint8Array>): Gunzip {
  const out = createGunzip()
  const raw = Readable.from(bytes, { objectMode: false })
  raw.on('error', (error) => out.destroy(error))
  return raw.pipe(out)
}

/** Boards typed or piped in; a whole data set belongs into `hrm eval`, which streams. */
export const MAX_INPUT_CHARS = 64 << 20

/** @throws HrmError `data_invalid` for more than `MAX_INPUT_CHARS` */
export async function readAll(chunks: AsyncIterable<string>, name: string): Promise<string> {
  let text = ''
  for await (const chunk of chunks) {
    text += chunk
    if (text.length > MAX_INPUT_CHARS) {
      throw new HrmError('data_invalid', `${name}: more than ${MAX_INPUT_CHARS} characters; split it, or use hrm eval`)
    }
  }
  return text
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
