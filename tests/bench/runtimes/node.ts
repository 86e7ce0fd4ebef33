import { readFile } from 'node:fs/promises'
import { createBench } from '../bench.ts'
import { LINEAR_KINDS, type LinearKind } from '../linear-graph.ts'
import type { OrtModule } from '../ort-step.ts'
import { createGemmFactory } from '../our-gemm.ts'
import { ROOT, type Runtime } from './runtime.ts'

/** This very process. */
export async function startNode(): Promise<Runtime> {
  const ort = await import('onnxruntime-web')
  ort.env.wasm.numThreads = 1
  return inThisProcess(`node ${process.versions.node}`, ort)
}

/** The native mark: onnxruntime-node, which is no dependency, because it takes 290 MB. */
const NATIVE = 'onnxruntime-node'

/** This very process, with ONNX Runtime as native code instead of WebAssembly. */
export async function startNative(): Promise<Runtime> {
  const ort = await import(NATIVE).catch((cause) => {
    throw new Error(`first: npm i --no-save --ignore-scripts ${NATIVE}@1.30.0`, { cause })
  })
  const name = `node ${process.versions.node}, ${NATIVE} ${ort.env.versions.node} for onnxruntime-web`
  // Its dynamic int8 saturates where there is no VNNI, and is off by 17% there.
  return inThisProcess(
    name,
    ort,
    LINEAR_KINDS.filter((kind) => kind !== 'int8'),
  )
}

async function inThisProcess(name: string, ort: OrtModule, kinds?: readonly LinearKind[]): Promise<Runtime> {
  const createGemm = await createGemmFactory(async (build) =>
    WebAssembly.compile(await readFile(`${ROOT}dist/wasm/kernels-${build}.wasm`)),
  )
  const bench = await createBench({ ort, kinds, createGemm })
  return { name, bench: { ...bench, describe: async () => bench.describe() }, stop: async () => {} }
}
