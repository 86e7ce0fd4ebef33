import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'
import { HrmError } from '../errors.ts'
import { faultsOf } from './csv.ts'
import { utf8Text } from './utf8-text.ts'

const GZIP_MAGIC = [0x1f, 0x8b]
/** Bytes read at a time. */
const PIECE = 1 << 16

/**
 * The text of a file or a pipe as UTF-8 chunks, gunzipped where its first bytes say gzip, whatever its name.
 * Leaving the loop closes the file.
 *
 * @throws HrmError `usage` for a file that cannot be opened or read, `data_invalid` for a line that is not UTF-8 or a
 * gzip stream that is damaged or cut short
 */
export async function* readTextFile(path: string): AsyncGenerator<string, void, void> {
  const handle = await open(path).catch((cause) => {
    throw new HrmError('usage', `cannot open ${path}: ${reason(cause)}`, { cause })
  })
  try {
    const head = await readHead(handle)
    const bytes = bytesOf(handle, head)
    yield* utf8Text(GZIP_MAGIC.every((b, i) => head[i] === b) ? gunzip(bytes) : bytes, faultsOf(path))
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    const damaged = String((cause as NodeJS.ErrnoException).code).startsWith('Z_')
    if (damaged) throw new HrmError('data_invalid', `${path}: damaged gzip: ${reason(cause)}`, { cause })
    throw new HrmError('usage', `cannot read ${path}: ${reason(cause)}`, { cause })
  } finally {
    await handle.close()
  }
}

// Both read on from where the file stands (position null): a pipe has no other place to read from.

/** The first bytes, as many as tell gzip; a pipe may give them one by one. */
async function readHead(handle: FileHandle): Promise<Uint8Array> {
  const head = new Uint8Array(GZIP_MAGIC.length)
  let length = 0
  while (length < head.length) {
    const { bytesRead } = await handle.read(head, length, head.length - length, null)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return head.subarray(0, length)
}

async function* bytesOf(handle: FileHandle, head: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield head
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
