import { HrmError } from '../errors.ts'
import { throwIfAborted } from '../on-abort.ts'
import { pause } from '../pause.ts'
import { concatBytes } from './concat-bytes.ts'
import type { ReadOptions, ReadProgress } from './platform.ts'

/** Larger than any model meant for the edge; stops a wrong URL from filling the memory. */
export const MAX_BYTES = 512 * 1024 * 1024
/** Milliseconds before the second and the third try: a dropped connection is back at once, a restarted server soon. */
const RETRY_AFTER = [200, 1000]

/** A failure that another try would not mend. */
class Hopeless extends Error {}

/** The cause is what `onProgress` threw: no failure of the download. */
class CallbackThrew extends Error {}

/** @throws HrmError `weights_fetch` */
export function parseUrl(name: string, base?: string): URL {
  if (URL.canParse(name, base)) return new URL(name, base)
  throw new HrmError('weights_fetch', `${JSON.stringify(name)} is not a URL`)
}

/**
 * Downloads a file. One that breaks off, or a server that fails, is tried again; the progress never falls for that.
 * @throws HrmError `weights_fetch`, `aborted`; what `onProgress` throws, as it is
 */
export async function download(url: URL, options: ReadOptions = {}): Promise<Uint8Array> {
  const { signal } = options
  const onProgress = options.onProgress && rising(options.onProgress)
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(url, { ...options, onProgress })
    } catch (cause) {
      if (cause instanceof CallbackThrew) throw cause.cause
      throwIfAborted(signal, 'reading the weights')
      const hopeless = cause instanceof Hopeless || !url.protocol.startsWith('http') || tries === RETRY_AFTER.length
      if (hopeless) throw new HrmError('weights_fetch', `${url.href}: ${(cause as Error).message}`, { cause })
      await pause(RETRY_AFTER[tries], signal) // the try that follows says that it was aborted
    }
  }
}

async function attempt(url: URL, { signal, onProgress, reload }: ReadOptions): Promise<Uint8Array> {
  const init: RequestInit = {}
  if (signal) init.signal = signal
  if (reload) init.cache = 'reload'
  const response = await fetch(url, init)
  if (response.ok) return readBody(response, onProgress)
  await response.body?.cancel()
  const { status } = response
  const passing = status >= 500 || status === 408 || status === 429
  throw passing ? new Error(`HTTP ${status}`) : new Hopeless(`HTTP ${status}`)
}

async function readBody(response: Response, onProgress?: ReadProgress): Promise<Uint8Array> {
  if (!response.body) throw new Hopeless('the answer is empty')
  // A compressed answer's Content-Length counts other bytes than those that arrive here. One of another origin need not say
  // that it is compressed: it is found out when more arrives.
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
      throw new Hopeless(`more than ${MAX_BYTES} bytes`)
    }
    try {
      onProgress?.(total === undefined || loaded > total ? { loaded } : { loaded, total })
    } catch (cause) {
      await reader.cancel().catch(() => {})
      throw new CallbackThrew('onProgress threw', { cause })
    }
  }
  return concatBytes(chunks)
}

/** Passes on what is not less than was told before: a second try begins again at nothing. */
export function rising(onProgress: ReadProgress): ReadProgress {
  let told = 0
  return (progress) => {
    if (progress.loaded < told) return
    told = progress.loaded
    onProgress(progress)
  }
}
