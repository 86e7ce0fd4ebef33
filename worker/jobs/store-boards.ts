import type { ChunkRange, JobFiles, MultipartUpload, UploadedPart } from './platform.ts'

/** R2 takes parts of one size, 5 MiB at least; only the last may be smaller. */
const PART_BYTES = 5 * 1024 * 1024

/** A board and what it may cost to solve: `maxSteps` times what a step counts. */
export interface CostedBoard {
  board: string
  cost: number
}

/**
 * Stores boards as they come, one JSON string a line, and says where each chunk lies: as many as `most` allows, at least
 * one. One part is all that is ever held. When the boards end in an error, nothing is left behind.
 */
export async function storeBoards(
  files: JobFiles,
  key: string,
  boards: AsyncIterable<CostedBoard>,
  most: { cost: number; boards: number },
): Promise<ChunkRange[]> {
  const file = createPartWriter(files, key)
  const encoder = new TextEncoder()
  const chunks: ChunkRange[] = []
  let chunk: ChunkRange = { offset: 0, length: 0, boards: 0 }
  let left = most.cost
  try {
    for await (const { board, cost } of boards) {
      if (chunk.boards > 0 && (chunk.boards === most.boards || cost > left)) {
        chunks.push(chunk)
        chunk = { offset: chunk.offset + chunk.length, length: 0, boards: 0 }
        left = most.cost
      }
      const bytes = encoder.encode(`${JSON.stringify(board)}\n`)
      await file.write(bytes)
      chunk.length += bytes.byteLength
      chunk.boards++
      left -= cost
    }
    if (chunk.boards > 0) chunks.push(chunk)
    await file.close()
    return chunks
  } catch (error) {
    // a part that stays is deleted by R2 itself after a week
    await file.abort().catch(() => {})
    throw error
  }
}

/** Writes a file of unknown length: what fits into one part is put as it is, more becomes a multipart upload. */
function createPartWriter(files: JobFiles, key: string) {
  const part = new Uint8Array(PART_BYTES)
  const uploaded: UploadedPart[] = []
  let filled = 0
  let upload: MultipartUpload | undefined

  async function send(): Promise<void> {
    upload ??= await files.createMultipartUpload(key)
    uploaded.push(await upload.uploadPart(uploaded.length + 1, part.subarray(0, filled)))
    filled = 0
  }

  return {
    async write(bytes: Uint8Array): Promise<void> {
      for (let at = 0; at < bytes.byteLength; ) {
        const piece = bytes.subarray(at, at + PART_BYTES - filled)
        part.set(piece, filled)
        filled += piece.byteLength
        at += piece.byteLength
        if (filled === PART_BYTES) await send()
      }
    },
    async close(): Promise<void> {
      if (!upload) {
        await files.put(key, part.subarray(0, filled))
        return
      }
      if (filled > 0) await send()
      await upload.complete(uploaded)
    },
    async abort(): Promise<void> {
      await upload?.abort()
    },
  }
}
