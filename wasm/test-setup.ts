import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildTestWasm } from './build.mjs'

/** Once before all unit tests: compiles the kernels that they load, unless they are newer than their source. */
export default async function setup(): Promise<void> {
  const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const times = async (files: string[]) =>
    Promise.all(files.map(async (file) => (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs))
  const sources = (await readdir(folder('assembly'))).map((file) => folder(`assembly/${file}`))
  const newest = Math.max(...(await times([...sources, folder('build.mjs')])))
  const built = ['relaxed', 'simd128'].map((build) => folder(`../dist/wasm/kernels-${build}.wasm`))
  if (Math.min(...(await times(built))) <= newest) await buildTestWasm()
}
