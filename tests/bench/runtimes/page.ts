// What the page of `--runtime chromium` runs.
import type * as Ort from 'onnxruntime-web'
import { type Bench, createBench } from '../bench.ts'
import { createGemmFactory } from '../our-gemm.ts'

declare global {
  var hrmBench: Promise<Bench>
}

// As its package comes, not through our bundler.
const ORT = '/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs'

async function start(): Promise<Bench> {
  const ort = (await import(ORT)) as typeof Ort
  ort.env.wasm.numThreads = 1
  const createGemm = await createGemmFactory((build) =>
    WebAssembly.compileStreaming(fetch(`/dist/wasm/kernels-${build}.wasm`)),
  )
  return createBench({ ort, createGemm })
}

globalThis.hrmBench = start()
