import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { concatBytes } from './concat-bytes.ts'
import { MAX_BYTES } from './download.ts'

/** Bytes read at a time where the size is unknown: what a pipe holds. */
const PIECE = 1 << 16

/**
 * All bytes of a file, or of a pipe or device, which say no size; by default no more than a download may have.
 * @throws what the file system throws, the signal's reason, and an Error for more than `most` bytes
 */
export async function readLocalFile(url: URL, signal?: AbortSignal, most = MAX_BYTES): Promise<Uint8Array> {
  const file = await open(url)
  try {
    const { size } = await file.stat()
    const chunks: Uint8Array[] = []
    let loaded = 0
    // A file at one go, so that it need not be put together; then what was appended to it meanwhile.
    for (let room = size || PIECE; loaded <= most && size <= most; room = PIECE) {
      signal?.throwIfAborted()
      const chunk = new Uint8Array(room)
      const { bytesRead } = await file.read(chunk, 0, room, null)
      if (bytesRead === 0) return chunks.length === 1 ? chunks[0] : concatBytes(chunks)
      chunks.push(bytesRead === room ? chunk : chunk.slice(0, bytesRead))
      loaded += bytesRead
    }
    throw new Error(`${fileURLToPath(url)}: more than ${most} bytes`)
  } finally {
    await file.close()
  }
}
