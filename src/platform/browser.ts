import { cacheStorage } from './cache-storage.ts'
import { download } from './download.ts'
import { pageUrl } from './page-url.ts'
import type { Platform } from './platform.ts'
import { kernelUrl, weightsUrl } from './shipped-files.ts'

export const platform: Platform = {
  kernelUrl,
  weightsUrl,
  loadKernel: async (build, options) =>
    WebAssembly.compile((await download(kernelUrl(build), options)) as BufferSource),
  loadShippedWeights: (task, options) => download(weightsUrl(task), options),
  resolve: pageUrl,
  read: download,
  store: cacheStorage,
}
