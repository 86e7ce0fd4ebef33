import { concatBytes } from '../platform/concat-bytes.ts'
import type { RefuseLine } from './csv.ts'

/** Bytes of a character that a chunk may end within. */
const MOST_CUT_BYTES = 3

/**
 * The text of UTF-8 bytes as they arrive; quietly replacing what is none would change boards. A byte order mark in front
 * is dropped.
 *
 * @param refuse makes the error of a fault in a line (1-based)
 */
export async function* utf8Text(chunks: AsyncIterable<Uint8Array>, refuse: RefuseLine): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  let last: Uint8Array = new Uint8Array()
  for await (const chunk of chunks) {
    let text: string
    try {
      text = decoder.decode(chunk, { stream: true })
    } catch (cause) {
      throw refuse(line + countLineFeeds(beforeFault(last, chunk)), 'this is not UTF-8', cause)
    }
    line += countLineFeeds(chunk)
    last = concatBytes([last, chunk.subarray(-MOST_CUT_BYTES)]).subarray(-MOST_CUT_BYTES)
    yield text
  }
  try {
    yield decoder.decode()
  } catch (cause) {
    throw refuse(line, 'the file ends within a character', cause)
  }
}

/** What of a chunk comes before the first byte that is not UTF-8. @param last the bytes before the chunk */
function beforeFault(last: Uint8Array, chunk: Uint8Array): Uint8Array {
  // from the last byte that begins a character of several, if there is one: the chunk may end it
  const begun = last.findLastIndex((byte) => byte >= 0xc0)
  const head = begun < 0 ? new Uint8Array() : last.subarray(begun)
  let good = 0
  let bad = chunk.byteLength
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isUtf8(concatBytes([head, chunk.subarray(0, middle)]))) good = middle
    else bad = middle
  }
  return chunk.subarray(0, good)
}

/** Whether bytes are the beginning of a text. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function countLineFeeds(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++
  return count
}
