// What runs inside workerd: one method of the bench a request, arguments and result as JSON.
import type * as Ort from 'onnxruntime-web'
import { type Bench, createBench } from '../bench.ts'
import { createGemmFactory } from '../our-gemm.ts'
import relaxed from '../wasm/kernels-relaxed.wasm'
import simd128 from '../wasm/kernels-simd128.wasm'
import ortWasm from './ort.wasm'

let bench: Promise<Bench> | undefined

async function start(): Promise<Bench> {
  // workerd compiles no WebAssembly at run time. ONNX Runtime insists on doing so, and is given the module that came
  // with the Worker instead.
  const instantiate = WebAssembly.instantiate as (
    module: WebAssembly.Module,
    imports: object,
  ) => Promise<WebAssembly.Instance>
  const patched = WebAssembly as unknown as { instantiate: unknown }
  patched.instantiate = async (source: unknown, imports: object) =>
    source instanceof WebAssembly.Module
      ? instantiate(source, imports)
      : { module: ortWasm, instance: await instantiate(ortWasm, imports) }
  const ort = (await import('./ort.mjs' as string)) as typeof Ort
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmBinary = new ArrayBuffer(8)
  const kernels = { relaxed, simd128 }
  return createBench({ ort, createGemm: await createGemmFactory(async (build) => kernels[build]) })
}

export default {
  async fetch(request: Request): Promise<Response> {
    const method = new URL(request.url).pathname.slice(1) as keyof Bench
    const args = (await request.json()) as unknown[]
    try {
      bench ??= start()
      const result = await ((await bench)[method] as (...args: unknown[]) => unknown)(...args)
      return Response.json({ result: result ?? null })
    } catch (error) {
      return Response.json({ error: String((error as Error).stack ?? error) }, { status: 500 })
    }
  },
}
