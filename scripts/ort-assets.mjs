// Puts onnxruntime-web beside the playground, so that pages of the Worker load it from where they come from.
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './setup.mjs'

/** The build with JSPI: that without, `ort-wasm-simd-threaded.asyncify.wasm`, is over the limit. */
const FILES = ['ort.jspi.min.mjs', 'ort-wasm-simd-threaded.jspi.mjs', 'ort-wasm-simd-threaded.jspi.wasm']
/** Of one static asset of a Worker. */
const MAX_ASSET_BYTES = 25 * 2 ** 20

/** Needs dist/playground. */
export async function copyOrt() {
  const to = join(root, 'dist/playground/ort')
  await mkdir(to, { recursive: true })
  for (const name of FILES) {
    const file = join(root, 'node_modules/onnxruntime-web/dist', name)
    const { size } = await stat(file)
    if (size > MAX_ASSET_BYTES)
      throw new Error(`${name} has ${size} bytes, a Worker's asset ${MAX_ASSET_BYTES} at most`)
    await copyFile(file, join(to, name))
  }
}
