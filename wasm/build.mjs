// Compiles the kernels: two release builds of one source, and for the unit tests the same two with every kernel
// exported. The relaxed builds alone contain relaxed SIMD operations.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import asc from 'assemblyscript/asc'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What every build is made with: no runtime, no checks, the host's memory. 112: v128 between functions is meant. */
const COMMON = [
  '-O3',
  '--runtime',
  'stub',
  '--noAssert',
  '--importMemory',
  '--noExportMemory',
  '--enable',
  'simd',
  '--disable',
  'bulk-memory',
  '--disableWarning',
  '112',
]

const RELAXED = ['--enable', 'relaxed-simd']

async function compile(name, entries, options) {
  const { error, stderr } = await asc.main(
    [...entries.map((entry) => `wasm/assembly/${entry}.ts`), '-o', `dist/wasm/${name}.wasm`, ...COMMON, ...options],
    { baseDir: root },
  )
  if (error) throw new Error(`asc ${name}: ${stderr.toString()}`)
}

/** Writes dist/wasm/relaxed.wasm and dist/wasm/simd128.wasm. */
export async function buildWasm() {
  await mkdir(`${root}/dist/wasm`, { recursive: true })
  await compile('relaxed', ['index', 'probe'], RELAXED)
  await compile('simd128', ['index'], [])
}

/** Writes dist/wasm/kernels-relaxed.wasm and dist/wasm/kernels-simd128.wasm, for tests, the profile and the benchmark. */
export async function buildTestWasm() {
  await mkdir(`${root}/dist/wasm`, { recursive: true })
  await compile('kernels-relaxed', ['test-exports', 'probe'], RELAXED)
  await compile('kernels-simd128', ['test-exports'], [])
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await buildWasm()
  await buildTestWasm()
}
