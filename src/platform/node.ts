import { readFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HrmError } from '../errors.ts'
import { throwIfAborted } from '../on-abort.ts'
import { cacheFolder } from './cache-folder.ts'
import { download, parseUrl } from './download.ts'
import { isUrl } from './is-url.ts'
import { readLocalFile } from './local-file.ts'
import type { Platform, ReadOptions } from './platform.ts'
import { kernelUrl, weightsUrl } from './shipped-files.ts'

export const platform: Platform = {
  kernelUrl,
  weightsUrl,
  loadKernel: async (build) => WebAssembly.compile(await readFile(kernelUrl(build))),
  loadShippedWeights: (task, options) => readLocal(weightsUrl(task), options),
  resolve: (name) => (isUrl(name) ? parseUrl(name) : pathToFileURL(name)),
  read: (url, options) => (url.protocol === 'file:' ? readLocal(url, options) : download(url, options)),
  store: cacheFolder,
}

async function readLocal(url: URL, { signal, onProgress }: ReadOptions = {}): Promise<Uint8Array> {
  const bytes = await readWhole(url, signal)
  onProgress?.({ loaded: bytes.byteLength, total: bytes.byteLength })
  return bytes
}

async function readWhole(url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    return await readLocalFile(url, signal)
  } catch (cause) {
    throwIfAborted(signal, 'reading the weights')
    const { code, message } = cause as NodeJS.ErrnoException
    // The file system's own words for a folder do not say which.
    throw new HrmError('weights_fetch', code === 'EISDIR' ? `${fileURLToPath(url)} is a folder` : message, { cause })
  }
}
