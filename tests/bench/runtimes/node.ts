import { readFile } from 'node:fs/promises'
import { createBench } from '../bench.ts'
import { createGemmFactory } from '../our-gemm.ts'
import { ROOT, type Runtime } from './runtime.ts'

/** This very process. */
export async function startNode(): Promise<Runtime> {
  const ort = await import('onnxruntime-web')
  ort.env.wasm.numThreads = 1
  const createGemm = await createGemmFactory(async (build) =>
    WebAssembly.compile(await readFile(`${ROOT}dist/wasm/kernels-${build}.wasm`)),
  )
  const bench = await createBench({ ort, createGemm })
  return {
    name: `node ${process.versions.node}`,
    bench: { ...bench, describe: async () => bench.describe() },
    stop: async () => {},
  }
}
