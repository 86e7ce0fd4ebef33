// workerd compiles no WebAssembly at run time, so both builds and the weights are part of the Worker.
import relaxed from '../../dist/wasm/relaxed.wasm'
import simd128 from '../../dist/wasm/simd128.wasm'
import maze from '../../model/weights/maze.safetensors'
import sudoku from '../../model/weights/sudoku.safetensors'
import { HrmError } from '../errors.ts'
import { download, parseUrl } from './download.ts'
import type { Platform } from './platform.ts'

const kernels = { relaxed, simd128 }
const weights = { sudoku, maze }

const noAddress = () => {
  throw new HrmError('engine_unavailable', 'kernels and weights are part of the Worker here and have no URL')
}

export const platform: Platform = {
  kernelUrl: noAddress,
  weightsUrl: noAddress,
  loadKernel: async (build) => kernels[build],
  loadShippedWeights: async (task, { onProgress } = {}) => {
    const bytes = new Uint8Array(weights[task])
    onProgress?.({ loaded: bytes.byteLength, total: bytes.byteLength })
    return bytes
  },
  resolve: (name) => parseUrl(name),
  // workerd refuses a request that says `reload`
  read: (url, { reload: _, ...options } = {}) => download(url, options),
}
