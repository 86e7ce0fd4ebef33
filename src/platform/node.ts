import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { HrmError } from '../errors.ts'
import type { KernelBuild, Platform, ReadProgress, ShippedTask } from './platform.ts'
import { fetchBytes, parseUrl } from './read-response.ts'

// The same two folders up from here as from the built dist/<runtime>/.
const root = new URL('../../', import.meta.url)
const kernelUrl = (build: KernelBuild) => new URL(`dist/wasm/${build}.wasm`, root)
const weightsUrl = (task: ShippedTask) => new URL(`model/weights/${task}.safetensors`, root)

export const platform: Platform = {
  kernelUrl,
  weightsUrl,
  loadKernel: async (build) => WebAssembly.compile(await readFile(kernelUrl(build))),
  loadShippedWeights: (task, signal, onProgress) => readLocal(weightsUrl(task), signal, onProgress),
  loadNamed: async (name, signal, onProgress) => {
    const url = /^[a-z][a-z0-9+.-]+:/i.test(name) ? parseUrl(name) : pathToFileURL(name)
    return url.protocol === 'file:' ? readLocal(url, signal, onProgress) : fetchBytes(url, signal, onProgress)
  },
}

async function readLocal(url: URL, signal?: AbortSignal, onProgress?: ReadProgress): Promise<Uint8Array> {
  try {
    const bytes = await readFile(url, { signal })
    onProgress?.({ loaded: bytes.byteLength, total: bytes.byteLength })
    return bytes
  } catch (cause) {
    if (signal?.aborted) throw new HrmError('aborted', 'reading the weights was aborted', { cause: signal.reason })
    throw new HrmError('weights_fetch', (cause as Error).message, { cause })
  }
}
