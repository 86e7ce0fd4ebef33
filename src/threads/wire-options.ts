import { absolute } from '#thread'
import { checkSources } from '../wasm/check-sources.ts'
import { kernelFailure } from '../wasm/kernel-failure.ts'
import { bytesOf, isBytes } from '../weights/bytes-of.ts'
import { readBlob } from '../weights/read-blob.ts'
import type { WireCreateOptions } from './solver-host.ts'

/**
 * The options as every worker will be given them, also one that starts later: nothing that the caller does to his buffers
 * meanwhile changes them.
 * @throws HrmError `weights_fetch`, `engine_fetch`, `option_invalid`
 */
export async function toWire(options: WireCreateOptions): Promise<WireCreateOptions> {
  const { weights, kernels: sources = {} } = options
  const { relaxed, simd128 } = checkSources(sources)
  const kernels = { relaxed: keepKernel('relaxed', relaxed), simd128: keepKernel('simd128', simd128) }
  // Node does not clone the Blob of a file.
  return { ...options, kernels, weights: weights instanceof Blob ? await readBlob(weights) : keep(weights) }
}

function keepKernel<T>(build: 'relaxed' | 'simd128', source: T) {
  try {
    return keep(source)
  } catch (cause) {
    throw kernelFailure(build, cause)
  }
}

/** Bytes as a copy, which also has no larger buffer around it that would be sent along; a URL as text, not relative. */
function keep<T>(source: T): T | Uint8Array | string {
  if (isBytes(source)) return bytesOf(source).slice()
  if (source instanceof URL) return source.href
  return typeof source === 'string' ? absolute(source) : source
}
