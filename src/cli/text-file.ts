import type { ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { HrmError } from '../errors.ts'

const GZIP_MAGIC = [0x1f, 0x8b]

/**
 * The text of a file as UTF-8 chunks, gunzipped where its first bytes say gzip, whatever its name.
 * Leaving the loop closes the file.
 *
 * @throws HrmError `usage` for a file that cannot be opened or read, `data_invalid` for text that is not UTF-8 or a
 * gzip stream that is damaged or cut short
 */
export async function* readTextFile(path: string): AsyncGenerator<string, void, void> {
  const handle = await open(path).catch((cause) => {
    throw new HrmError('usage', `cannot open ${path}: ${reason(cause)}`, { cause })
  })
  try {
    const magic = new Uint8Array(GZIP_MAGIC.length)
    await handle.read(magic, 0, magic.length, 0)
    const raw = handle.createReadStream({ start: 0, autoClose: false })
    yield* decodeText(GZIP_MAGIC.every((b, i) => magic[i] === b) ? gunzip(raw) : raw, path)
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    const damaged = String((cause as NodeJS.ErrnoException).code).startsWith('Z_')
    if (damaged) throw new HrmError('data_invalid', `${path}: damaged gzip: ${reason(cause)}`, { cause })
    throw new HrmError('usage', `cannot read ${path}: ${reason(cause)}`, { cause })
  } finally {
    await handle.close()
  }
}

/** `compose` and `pipeline` would raise a damaged stream's error a second time, where nobody can catch it. */
function gunzip(raw: ReadStream): Gunzip {
  const out = createGunzip()
  raw.on('error', (error) => out.destroy(error))
  return raw.pipe(out)
}

/** @throws HrmError `data_invalid` for bytes that are not UTF-8 */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string, void, void> {
  // ignoreBOM keeps the mark, which the readers behind this drop from the start only
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch (cause) {
      throw new HrmError('data_invalid', `${name}: not UTF-8 text`, { cause })
    }
  }
  for await (const chunk of bytes) yield decode(chunk)
  yield decode()
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
