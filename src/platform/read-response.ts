import { HrmError } from '../errors.ts'
import type { ReadProgress } from './platform.ts'

/** Larger than any model meant for the edge; stops a wrong URL from filling the memory. */
const MAX_BYTES = 512 * 1024 * 1024

/** @throws HrmError `weights_fetch` */
export function parseUrl(name: string, base?: string): URL {
  if (URL.canParse(name, base)) return new URL(name, base)
  throw new HrmError('weights_fetch', `${JSON.stringify(name)} is not a URL`)
}

/** Downloads a file. @throws HrmError `weights_fetch`, `aborted` */
export async function fetchBytes(url: URL, signal?: AbortSignal, onProgress?: ReadProgress): Promise<Uint8Array> {
  try {
    const response = await fetch(url, signal ? { signal } : {})
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return await readBody(response, onProgress)
  } catch (cause) {
    if (signal?.aborted) throw new HrmError('aborted', 'reading the weights was aborted', { cause: signal.reason })
    throw new HrmError('weights_fetch', `${url.href}: ${(cause as Error).message}`, { cause })
  }
}

async function readBody(response: Response, onProgress?: ReadProgress): Promise<Uint8Array> {
  if (!response.body) throw new Error('the answer is empty')
  // A compressed answer's Content-Length counts other bytes than those that arrive here.
  const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length')
  const total = length === null ? undefined : Number(length)
  const chunks: Uint8Array[] = []
  let loaded = 0
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    loaded += value.byteLength
    if (loaded > MAX_BYTES) {
      await reader.cancel()
      throw new Error(`more than ${MAX_BYTES} bytes`)
    }
    onProgress?.(total === undefined ? { loaded } : { loaded, total })
  }
  const bytes = new Uint8Array(loaded)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
