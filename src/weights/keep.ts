import { rising } from '../platform/download.ts'
import type { ReadOptions, WeightsStore } from '../platform/platform.ts'
import { hashOf } from './hash.ts'

/**
 * Takes a file of a known hash from the store, or downloads it and keeps it there. Everything is hashed before it is
 * believed: a kept file that has gone bad is removed and downloaded anew, and so is a download that is not the file
 * asked for, once more and past every cache on its way. A store that fails is done without.
 *
 * @returns the file; where even the second download has another hash, that one, for the caller to refuse
 */
export async function readKept(
  store: WeightsStore,
  sha256: string,
  read: (options: ReadOptions) => Promise<Uint8Array>,
  { signal, onProgress }: ReadOptions,
): Promise<Uint8Array> {
  const kept = await takeKept(store, sha256)
  if (kept) {
    onProgress?.({ loaded: kept.byteLength, total: kept.byteLength })
    return kept
  }
  const options = { signal, onProgress: onProgress && rising(onProgress) }
  let bytes = await read(options)
  if ((await hashOf(bytes)) !== sha256) bytes = await read({ ...options, reload: true })
  if ((await hashOf(bytes)) === sha256) await store.put(sha256, bytes).catch(() => {})
  return bytes
}

async function takeKept(store: WeightsStore, sha256: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await store.get(sha256)
    if (bytes === undefined) return undefined
    if ((await hashOf(bytes)) === sha256) return bytes
    await store.remove(sha256)
  } catch {
    // Full, forbidden, or broken: the download does without.
  }
  return undefined
}
